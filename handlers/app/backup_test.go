package app_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/backup"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
)

// What was exported goes on as the same office in an account that was empty:
// with all mail and chats, and without reading any mail twice.
func TestAnOfficeComesBackFromItsExport(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		info := "info@" + apptest.Domain
		w.Send("jan@bakker.example", []string{info}, apptest.RawMail("Jan <jan@bakker.example>", info, "Btw-aangifte", "a1"))
		w.Receive("piet@onbekend.example", info, "Kennismaking", "b1")
		w.Pass(1)
		mails, chats := w.Mails(), w.Chats()
		if len(mails) != 2 || len(chats) != 1 {
			t.Fatal(mails, chats)
		}

		var file bytes.Buffer
		must.Get(backup.Export(t.Context(), w.Tables.Service(t, w.Tables.Transport()), app.TableNames(), &file))(t)
		w.Tables = tabletest.New()
		w.ToTables = w.Tables.Transport()
		w.Start()
		service := w.Tables.Service(t, w.Tables.Transport())
		must.Get(backup.Import(t.Context(), service, app.TableNames(), bytes.NewReader(file.Bytes()), false))(t)
		if got := w.Mails(); !reflect.DeepEqual(got, mails) {
			t.Errorf("mails are %v, were %v", got, mails)
		}
		if got := w.Chats(); !reflect.DeepEqual(got, chats) {
			t.Errorf("chats are %v, were %v", got, chats)
		}
		w.Receive("jan@bakker.example", info, "Re: Btw-aangifte", "a2", "In-Reply-To: <a1@elders.example>")
		w.Pass(1)
		if got := apptest.Subjects(w.Mails(), "processed"); !slices.Equal(got, []string{"Btw-aangifte", "Re: Btw-aangifte"}) ||
			len(w.Chats()) != 1 {
			t.Errorf("after it came back: %v in %d chats", got, len(w.Chats()))
		}
	})
}
