package main

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"kantoorpost/shared/dev/backup"
	"kantoorpost/shared/table/tabletest"
)

// What was exported goes on as the same office in an account that was empty:
// with all mail and chats, and without reading any mail twice.
func TestAnOfficeComesBackFromItsExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info := "info@" + domain
		w.send("jan@bakker.example", []string{info}, letter("Jan <jan@bakker.example>", info, "Btw-aangifte", "a1"))
		w.send("piet@onbekend.example", []string{info}, letter("piet@onbekend.example", info, "Kennismaking", "b1"))
		w.pass(1)
		mails, chats := w.mails(), w.chats()
		if len(mails) != 2 || len(chats) != 1 {
			t.Fatal(mails, chats)
		}

		var file bytes.Buffer
		if _, err := backup.Export(t.Context(), w.tables.Service(t, w.tables.Transport()), tableNames(), &file); err != nil {
			t.Fatal(err)
		}
		w.tables = tabletest.New()
		w.toTables = w.tables.Transport()
		w.start()
		service := w.tables.Service(t, w.tables.Transport())
		if _, err := backup.Import(t.Context(), service, tableNames(), bytes.NewReader(file.Bytes()), false); err != nil {
			t.Fatal(err)
		}
		if got := w.mails(); !reflect.DeepEqual(got, mails) {
			t.Errorf("mails are %v, were %v", got, mails)
		}
		if got := w.chats(); !reflect.DeepEqual(got, chats) {
			t.Errorf("chats are %v, were %v", got, chats)
		}
		w.send("jan@bakker.example", []string{info},
			letter("jan@bakker.example", info, "Re: Btw-aangifte", "a2", "In-Reply-To: <a1@elders.example>"))
		w.pass(1)
		if got := subjects(w.mails(), "processed"); !slices.Equal(got, []string{"Btw-aangifte", "Re: Btw-aangifte"}) || len(w.chats()) != 1 {
			t.Errorf("after it came back: %v in %d chats", got, len(w.chats()))
		}
	})
}
