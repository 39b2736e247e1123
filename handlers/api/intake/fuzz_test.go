package intake

import (
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
)

// takenIn checks that a report counts each of its rows, and that a correct file
// changes nothing the second time.
func takenIn(t *testing.T, file []byte, kind Kind) {
	book, err := Open(file)
	if err != nil {
		return
	}
	b := new(directory.Bulk)
	must.Get(b.SaveTeamMember(directory.TeamMember{Name: "B", Email: "b@k.nl", Rights: directory.Administrator,
		Active: true}))(t)
	first := Plan(b, book, kind)
	counted, shown := 0, 0
	for _, c := range first.Summary {
		if c.Create < 0 || c.Update < 0 || c.Same < 0 || c.Wrong < 0 {
			t.Fatalf("counted %+v", c)
		}
		counted += c.Create + c.Update + c.Wrong
	}
	for _, r := range first.Rows {
		if (r.Action == Wrong) != (len(r.Problems) > 0) {
			t.Fatalf("row %+v", r)
		}
		if r.Kind != "" {
			shown++
		}
	}
	if counted != shown+first.LeftOut {
		t.Fatalf("%d rows are counted, %d shown, %d left out", counted, shown, first.LeftOut)
	}
	if IsWrong(first) {
		return
	}
	if !b.Administered() {
		t.Fatal("the last administrator is gone")
	}
	before := b.Changes()
	for kind, c := range Plan(b, book, kind).Summary {
		if c.Create+c.Update+c.Wrong > 0 {
			t.Fatalf("taken in again, %s: %+v", kind, c)
		}
	}
	if b.Changes() != before {
		t.Fatal("taken in again, it changes more")
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []struct{ file, kind string }{
		{"Nummer;Naam;KvK-nr.;BTW;Type\n1001;Zoet;12345678;NL123456789B01;persoon\n1001;X;;;\n", ""},
		{"naam,e-mail,relatie\nPiet,\"p@x.nl, q@x.nl\",1\nPiet,p@x.nl,\n", "contacts"},
		{"naam;e-mail;rechten;actief\nB;b@k.nl;lezer;nee\nC;c@k.nl;beheerder;ja\n", ""},
		{"relatienummer\tteamlid\trol\tvolgorde\n1\tb@k.nl\tX\t1\n", ""},
		{"sep=,\nrol\nA\na\n", "roles"},
		{"\xff\xfen\x00a\x00a\x00m\x00\n\x00A\x00", "roles"},
		{"naam\nCaf\xe9 \"x\n", "roles"},
	} {
		f.Add([]byte(seed.file), seed.kind)
	}
	f.Fuzz(func(t *testing.T, file []byte, kind string) {
		if columns[Kind(kind)] == nil {
			kind = ""
		}
		takenIn(t, file, Kind(kind))
	})
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>naam</t></is></c></row><row><c><v>1.0</v></c><c t="str">`+
		`<v>X</v></c></row>`, `<sst count="1"><si><t>nummer</t></si></sst>`)
	f.Add(`<row><c t="s"><v>1</v></c></row>`, `<sst><si><r><t>na</t></r><r><t>am</t></r></si><si/></sst>`)
	f.Add(`<row r="x"><c r="ZZZ9" s="1"><v>1E400</v></c></row>`, `<sst count="-1"/>`)
	f.Fuzz(func(t *testing.T, rows, shared string) {
		takenIn(t, zipped(t, parts(map[string]string{"Relaties": rows}, shared)), "")
	})
}

func FuzzWorkbook(f *testing.F) {
	f.Add(zipped(f, parts(map[string]string{"Rollen": `<row><c t="inlineStr"><is><t>naam</t></is></c></row>`}, `<sst/>`)))
	f.Fuzz(func(t *testing.T, file []byte) { takenIn(t, file, "") })
}
