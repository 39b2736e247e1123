package mail_test

import (
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
)

// Message ids are read folded or not, with and without angle brackets, and not from
// comments and other text.
func TestMessageIDs(t *testing.T) {
	for field, want := range map[string][]string{
		"<a@x> <b@x>":                  {"<a@x>", "<b@x>"},
		"<a@x><b@x>":                   {"<a@x>", "<b@x>"},
		"<a@x>,\r\n\t<b@x>":            {"<a@x>", "<b@x>"},
		"a@x":                          {"<a@x>"},
		"a@x b@x":                      {"<a@x>", "<b@x>"},
		"a@x <b@x> c@x":                {"<a@x>", "<b@x>", "<c@x>"},
		"<a@x":                         {"<a@x>"},
		"a@x>":                         {"<a@x>"},
		`"a@x"`:                        {"<a@x>"},
		"<local>":                      {"<local>"},
		"local":                        nil,
		"":                             nil,
		"<>":                           nil,
		"< >":                          nil,
		"Jan's message of 3 May <a@x>": {"<a@x>"},
		"message of jan@x.example (Jan) of 3 May <a@x>": {"<a@x>"},
		"Your message of \"Mon, 3 May\" a@x":            {"<a@x>"},
		"<" + strings.Repeat("a", 990) + "@x> <b>":      {"<b>"},
		"\r\n <a@x>":                     {"<a@x>"},
		"<a\r\n b@x>":                    {"<ab@x>"},
		"<ab@\r\n\tx.example>\r\n <c@x>": {"<ab@x.example>", "<c@x>"},
		"< a@x >":                        {"<a@x>"},
		"<a b@x>":                        {"<ab@x>"}, // Graph unfolds to one space
		"<a@x b@x>":                      {"<a@x>", "<b@x>"},
		"<no id at all> <a@x>":           {"<a@x>"},
		"<a@x <b@x>":                     {"<a@x>", "<b@x>"},
		"<a@x> (not <b@x> (nor <c@x>) \\) <d@x>) <e@x>": {"<a@x>", "<e@x>"},
		"(this does not end <a@x>":                      {"<a@x>"},
		"a@x)":                                          {"<a@x>"},
		"<a@[192.0.2.1]>":                               {"<a@[192.0.2.1]>"},
	} {
		if got := mail.MessageIDs(field); !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", field, got, want)
		}
	}
}

func FuzzMessageIDs(f *testing.F) {
	f.Add("<a@x> b@x, <c (d\r\n e@x>)")
	f.Fuzz(func(t *testing.T, field string) {
		for _, id := range mail.MessageIDs(field) {
			if len(id) < 3 || len(id) > 992 || id[0] != '<' || id[len(id)-1] != '>' || strings.ContainsAny(id[1:len(id)-1], "<> \t\r\n") {
				t.Errorf("%q names %q", field, id)
			}
			if again := mail.MessageIDs(id); !slices.Equal(again, []string{id}) {
				t.Errorf("%q names %q, and that %q", field, id, again)
			}
		}
	})
}

// A field of a megabyte takes as long for each byte as a short one.
func BenchmarkMessageIDs(b *testing.B) {
	for _, piece := range []string{"<", "<a ", "(", "(<a@x>) ", "(()", "a@x ", "<a\r\n b@x>", `(\`} {
		field := strings.Repeat(piece, 1<<20/len(piece))
		b.Run(piece, func(b *testing.B) {
			b.SetBytes(int64(len(field)))
			for b.Loop() {
				mail.MessageIDs(field)
			}
		})
	}
}
