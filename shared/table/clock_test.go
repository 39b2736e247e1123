package table_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// dated is a table service whose clock differs from that of this process.
type dated struct {
	tables *tabletest.Server
	skew   time.Duration
}

func (d *dated) Do(r *http.Request) (*http.Response, error) {
	res, err := d.tables.Transport().Do(r)
	if err == nil {
		time.Sleep(100 * time.Millisecond) // simulated
		res.Header.Set("Date", time.Now().Add(d.skew).UTC().Format(http.TimeFormat))
	}
	return res, err
}

// The clock of the service counts, as soon as it has answered. Differences as small as
// the header field can have by chance do not.
func TestClockOfTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(700 * time.Millisecond)
		service := &dated{tables: tabletest.New()}
		s := must.Get(table.Open(storage.Account{ConnectionString: tabletest.Connection, Transport: service}))(t)
		for _, skew := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 2 * time.Second, 0} {
			service.skew = skew
			must.Do(t, s.Create(t.Context(), "mails"))
			want := skew
			if skew == 2*time.Second {
				want = 0
			}
			if got := time.Until(s.Table("mails").Now()); (got-want).Abs() > time.Second || want == 0 && got != 0 {
				t.Errorf("the service is %v ahead: %v", skew, got)
			}
		}
	})
}
