package send_test

import (
	"fmt"
	"testing"
	"time"

	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

const alias = "kantoor@kantoor.example"

// A reply from an alias leaves once, whatever Exchange does with the alias and whatever fails, and
// says from which address it left.
func TestAlias(t *testing.T) {
	from := func(r *outbox.Reply) { r.Alias = alias }
	for _, mode := range []string{"", "kept", "denied", "not patched"} {
		calls := 0
		test(t, "is "+mode, func(t *testing.T, w *world) {
			w.exchange.alias = mode
			count := w.fault(func(int, string) wiretest.Fault { return wiretest.Pass })
			r := w.reply(from)
			w.pass(time.Minute)
			calls = count()
			got, now := w.one(), w.wantState(r, outbox.Sent, "")
			kept := mode == "kept"
			if want := map[bool]string{true: alias, false: "info@kantoor.example"}[kept]; got.From.Email != want || now.AliasRefused == kept {
				t.Errorf("left from %s, refused %t", got.From.Email, now.AliasRefused)
			}
			messages, _, err := w.chats.Messages(t.Context(), w.chat.ID, 1, "")
			if err != nil || messages[0].Alias != alias || messages[0].AliasRefused == kept || messages[0].From.Email != "info@kantoor.example" {
				t.Errorf("%+v, %v", messages, err)
			}
		})
		for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
			for at := range calls {
				test(t, fmt.Sprintf("is %s, call %d fails by %d", mode, at, f), func(t *testing.T, w *world) {
					w.exchange.alias = mode
					r := w.reply(from)
					w.fault(func(n int, _ string) wiretest.Fault {
						if n == at {
							return f
						}
						return wiretest.Pass
					})
					w.rest()
					w.check(r, true)
					w.wantState(r, outbox.Sent, "")
				})
			}
		}
	}
	test(t, "is not for an ordinary reply", func(t *testing.T, w *world) {
		w.reply()
		w.pass(time.Minute)
		if w.one().From.Email != "" {
			t.Errorf("from %v", w.one().From)
		}
	})
}
