package privacy

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

// What is written about the person where the first round had been is found by the next one,
// and the erasure is kept until a whole round finds nothing.
func TestAnErasureFindsWhatIsWrittenMeanwhile(t *testing.T) {
	o := newOffice(t)
	_, jans := o.fill()
	tables := o.server.Service(t, o.server.Transport())
	people, mails := directory.New(tables.Table("directory")), tables.Table("mails")
	drafts := outbox.NewStore(mails, chat.NewStore(mails))
	must.Do(t, o.Erase(t.Context(), o.petra.ID, ""))

	var written atomic.Bool
	rounds := 0 // that ended
	last := 0   // pass that was stored
	o.wire.Fault(func(int, *http.Request) wiretest.Fault {
		all := must.Get(people.Erasures(t.Context()))(t)
		if len(all) == 0 {
			return wiretest.Pass
		}
		if all[0].Pass < last {
			rounds++
		}
		if last = all[0].Pass; last >= 2 && !written.Swap(true) { // the drafts were read
			d := outbox.Draft{Chat: jans.ID, Member: "anna", Text: "Aan zwart", Cc: []outbox.Recipient{{Name: "Petra Zwart", Email: petra}}}
			must.Get(drafts.SaveDraft(t.Context(), d, ""))(t)
		}
		return wiretest.Pass
	})
	if done := must.Get(o.Continue(t.Context(), time.Now().Add(time.Minute)))(t); !done {
		t.Error("it is not finished")
	}
	o.wire.Fault(nil)
	if !written.Load() || rounds < 2 {
		t.Errorf("written: %v; %d rounds before the last, want 2", written.Load(), rounds)
	}
	for _, where := range o.traces(hers...) {
		t.Error(where)
	}
	if all := must.Get(people.Erasures(t.Context()))(t); len(all) != 0 {
		t.Errorf("%d erasures are left", len(all))
	}
}
