// Package shared_test keeps the house: what may stand where, who may know whom,
// and that everything says what it is.
package shared_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"kantoorpost/shared/must"
)

const module = "kantoorpost"

// owners are the outside libraries that one room knows, and nobody else. Tests
// are free, and so is the local stack in shared/dev, but for the Graph SDK.
var owners = map[string][]string{
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables":               {"shared/table"},
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue":             {"shared/queue", "shared/dev/host"},
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob":              {"shared/blob"},
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity":                  {"shared/entra", "shared/dev"},
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets": {"shared/secret"},
	"github.com/microsoftgraph":                                         {"shared/graph"},
	"github.com/microsoft/kiota":                                        {"shared/graph"},
	"github.com/danielgtaylor/huma":                                     {"handlers/api", "shared/directory"},
	"github.com/xuri/excelize":                                          {"handlers/api/intake"},
	"github.com/microcosm-cc/bluemonday":                                {"handlers/api"},
	"github.com/caarlos0/env":                                           {"shared/config"},
	"github.com/DataDog/datadog-agent/pkg/template":                     {"handlers/web"},
	"html/template":                 {"shared/dev"}, // handlers/web/views.go says why
	"github.com/jba/templatecheck":  {},
	"github.com/jhillyerd/enmime":   {"shared/sim"},
	"github.com/emersion/go-smtp":   {"shared/sim"},
	"github.com/robfig/cron":        {"shared/dev/host"},
	"github.com/getkin/kin-openapi": {},
	"golang.org/x/tools":            {},
}

// values are rooms that know no other room but values, and no library that has
// an owner.
var values = []string{"shared/words", "shared/mailtext", "shared/mailhtml", "shared/mail", "shared/job", "shared/fault", "shared/ids",
	"shared/iban", "shared/wiretest", "shared/bounce", "shared/lazyregexp", "shared/sorting",
	"shared/graph/answer"}

// outside are the rooms that speak with somebody outside. They know values and
// each other's values, and no noun.
var outside = []string{"shared/storage", "shared/table", "shared/queue", "shared/blob", "shared/secret", "shared/entra", "shared/graph"}

// nouns are what the office talks about.
var nouns = []string{"shared/connector", "shared/directory", "shared/item", "shared/chat", "shared/membership", "shared/metrics"}

// rowLetters are the first letters or digits of row keys in the table
// "mails", where several rooms keep their rows, each with the room that owns it.
var rowLetters = map[string]string{
	"a": "shared/chat",     // how people rearranged chats
	"b": "shared/item",     // what a mail says
	"c": "shared/chat",     // chats
	"d": "shared/outbox",   // drafts of replies
	"e": "shared/outbox",   // replies
	"f": "shared/item",     // parked mails by sender, domain or list
	"g": "shared/item",     // counts of what happened
	"h": "shared/item",     // categories to be set in Outlook
	"i": "shared/item",     // identities of mails
	"j": "shared/outbox",   // replies that need a person or have not left
	"k": "shared/chat",     // chats by mail or conversation
	"l": "shared/index",    // mails and chats by word
	"m": "shared/item",     // mails
	"n": "shared/chat",     // chats by client
	"o": "shared/outbox",   // replies that are to leave
	"p": "shared/item",     // parked mails
	"q": "shared/item",     // parked mails by mailbox
	"r": "shared/item",     // mails by the rule that decided
	"s": "shared/item",     // up to which decision version nothing is outdated
	"t": "shared/item",     // mails by internet message id
	"u": "shared/chat",     // chats by member
	"v": "shared/item",     // mails by mailbox
	"w": "shared/item",     // open work
	"x": "shared/chat",     // messages
	"y": "shared/chat",     // messages by the key of their request
	"1": "shared/chat",     // open chats of which something is unread, by member
	"0": "shared/teamwork", // who looks at what, and notices
	"z": "shared/audit",
}

type file struct {
	dir, name string // dir from the module's root
	ast       *ast.File
}

func (f file) isTest() bool {
	return strings.HasSuffix(f.name, "_test.go") || strings.HasSuffix(path.Base(f.dir), "test")
}

func files(t *testing.T) []file {
	t.Helper()
	var all []file
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules" ||
			d.Name() == "dist") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel("..", filepath.Dir(p))
		all = append(all, file{filepath.ToSlash(dir), d.Name(), parsed})
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatal("no files: ", err)
	}
	return all
}

func imports(f file) []string {
	var out []string
	for _, i := range f.ast.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		out = append(out, p)
	}
	return out
}

// in tells whether dir is a room, or inside one.
func in(dir, room string) bool { return dir == room || strings.HasPrefix(dir, room+"/") }

// Work flows one way: main, the app, handlers, nouns, the outside, values. A library of
// the outside is known in one room, so that it can be replaced there.
func TestWhoKnowsWhom(t *testing.T) {
	for _, f := range files(t) {
		if f.isTest() {
			continue
		}
		for _, p := range imports(f) {
			for library, rooms := range owners {
				if strings.HasPrefix(p, library) && (slices.Contains(values, f.dir) ||
					!slices.ContainsFunc(rooms, func(r string) bool { return in(f.dir, r) })) {
					t.Errorf("%s/%s imports %s, which only %v may: go through its exported functions", f.dir, f.name, p, rooms)
				}
			}
			to, ours := strings.CutPrefix(p, module+"/")
			if !ours {
				continue
			}
			switch {
			case in(f.dir, "shared") && in(to, "handlers"):
				t.Errorf("%s/%s imports %s: shared code knows no handler", f.dir, f.name, to)
			case to == "handlers/api/wire" && (f.dir == "handlers/web" || in(f.dir, "handlers/api")):
				// It holds shapes only: the pages are a client of the API.
			case in(f.dir, "handlers") && f.dir != "handlers" && f.dir != "handlers/app" && in(to, "handlers") && !in(to, f.dir):
				t.Errorf("%s/%s imports %s: handlers do not know each other; move what both need to shared", f.dir, f.name, to)
			case (in(to, "shared/sim") || in(to, "shared/dev")) && !in(f.dir, "shared/dev") && !in(f.dir, "shared/sim"):
				t.Errorf("%s/%s imports %s: the local stack is no part of the product", f.dir, f.name, to)
			case slices.Contains(values, f.dir) && !slices.Contains(values, to):
				t.Errorf("%s/%s imports %s: a value knows no room", f.dir, f.name, to)
			case slices.Contains(outside, f.dir) && slices.Contains(nouns, to):
				t.Errorf("%s/%s imports %s: a client of the outside knows no noun", f.dir, f.name, to)
			}
		}
	}
}

// The package that API and pages share has shapes only: behaviour would let pages do what
// the API alone may do.
func TestWireHasNoBehaviour(t *testing.T) {
	for _, f := range files(t) {
		if f.dir != "handlers/api/wire" {
			continue
		}
		for _, d := range f.ast.Decls {
			if function, ok := d.(*ast.FuncDecl); ok {
				t.Errorf("%s/%s: func %s: move it to handlers/api or handlers/web", f.dir, f.name, function.Name.Name)
			}
		}
	}
}

// No two rooms use one row letter, and each letter that is used is listed.
func TestRowLetters(t *testing.T) {
	used := map[string]bool{}
	for _, f := range files(t) {
		if f.isTest() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(literal.Value)
			if len(text) < 2 || text[1] != '|' || (text[0] < 'a' || text[0] > 'z') && (text[0] < '0' || text[0] > '9') {
				return true
			}
			letter := text[:1]
			if used[letter] = true; rowLetters[letter] != f.dir {
				t.Errorf("%s/%s writes rows %q, which are of %q: list it in rowLetters or take another letter", f.dir, f.name, text, rowLetters[letter])
			}
			return true
		})
	}
	for letter, room := range rowLetters {
		if !used[letter] {
			t.Errorf("%s keeps no rows %s|: take the letter off the list", room, letter)
		}
	}
}

// Every package says what it is, and every exported thing what it does.
func TestEverythingIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range files(t) {
		if strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		text := f.ast.Doc.Text()
		documented[f.dir] = documented[f.dir] ||
			strings.HasPrefix(text, "Package "+f.ast.Name.Name+" ") || f.ast.Name.Name == "main" && strings.HasPrefix(text, "Command ")
		for _, d := range f.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s/%s: %s has no comment that says what it is", f.dir, f.name, name)
			}
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s has no comment that starts with \"Package …\" or \"Command …\"", dir)
		}
	}
}

// undocumented are the exported names that a declaration leaves without a word.
func undocumented(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !trivial(d) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Name.IsExported() {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	if g, ok := typ.(*ast.IndexExpr); ok {
		typ = g.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// trivial are methods whose meaning an interface of the standard library gives.
func trivial(d *ast.FuncDecl) bool {
	return d.Recv != nil && slices.Contains([]string{"Error", "Unwrap", "String", "Handle", "Enabled", "WithAttrs", "WithGroup", "Read",
		"Write", "Close"}, d.Name.Name)
}

// maxLongLines is how many lines of more than maxColumns there may be outside of tests:
// tags of fields and texts. The number only falls.
const maxColumns, maxLongLines = 140, 119

// A line can be read without scrolling. A line with a URL may be longer.
func TestLinesAreShort(t *testing.T) {
	long := 0
	for _, f := range files(t) {
		text := must.Get(os.ReadFile(filepath.Join("..", f.dir, f.name)))(t)
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) <= maxColumns || strings.Contains(line, "https://") {
				continue
			}
			if long++; strings.HasSuffix(f.name, "_test.go") {
				t.Errorf("%s/%s:%d has more than %d columns", f.dir, f.name, n, maxColumns)
			}
		}
	}
	if long > maxLongLines {
		t.Errorf("%d lines have more than %d columns, and there were %d: shorten those that are new", long, maxColumns, maxLongLines)
	}
}

// The README's map has every room.
func TestMapIsComplete(t *testing.T) {
	readme := must.Get(os.ReadFile("../README.md"))(t)
	_, where, _ := strings.Cut(string(readme), "## Where things are")
	where, _, _ = strings.Cut(where, "\n## ")
	listed := map[string]bool{}
	for line := range strings.Lines(where) {
		if strings.HasPrefix(line, "      ") && len(line) > 37 {
			for _, room := range strings.Fields(line[:37]) {
				listed[room] = true
			}
		}
	}
	for _, f := range files(t) {
		if parts := strings.Split(f.dir, "/"); parts[0] == "shared" && len(parts) > 1 && !listed[parts[1]] {
			t.Errorf("the map in README.md lacks shared/%s", parts[1])
			listed[parts[1]] = true
		}
	}
}

// A link of a README to a file of the repository leads to one.
func TestLinksOfREADMEs(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, name := range []string{"../README.md", "../infra/README.md", "learn/README.md"} {
		text := must.Get(os.ReadFile(name))(t)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, m[1])
			}
		}
	}
}

// The top level is what everybody expects to find there.
func TestTopLevel(t *testing.T) {
	allowed := []string{"functions", "handlers", "shared", "infra", "host.json", "local.settings.json.example", "go.mod", "go.sum",
		"README.md", "LICENSE"}
	out, err := exec.Command("git", "-C", "..", "ls-tree", "--name-only", "HEAD").Output()
	if err != nil {
		entries := must.Get(os.ReadDir(".."))(t)
		for _, e := range entries {
			out = append(out, e.Name()+"\n"...)
		}
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		if !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) && name != "dist" {
			t.Errorf("%s stands at the top level: it belongs into one of %v", name, allowed)
		}
	}
}
