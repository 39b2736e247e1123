package web

import (
	"html/template"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/jba/templatecheck"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/must"
)

// views are the views of the pages, and of the parts that are requested
// separately.
var views = map[string]map[string]any{
	"address": {"main": addressView{}, "facts": addressView{}, "joiners": membersPreview{}, "per-client-found": addressView{}},
	"audit":   {"main": auditView{}, "audit": auditView{}},
	"chats": {"main": &chatsView{}, "chat-list": &chatsView{}, "chat-detail": &chatsView{}, "chat-looking": &openChat{},
		"mention-choices": []wire.Named{}, "composer": &chatsView{}, "compose-answer": &composer{}, "compose-files": &composer{},
		"saved":             savedView{},
		"recipient-choices": []wire.RecipientObject{}, "correspondents": &newChat{}, "reply-state": &replyObject{}},
	"connector": {"main": connectorView{}, "boxes": connectorView{}, "check": connectorView{}, "edit-form": connectorView{},
		"rotate-form": connectorView{}, "limits-found": connectorView{}},
	"connector-new": {"main": connectorView{}, "connector-form": connectorView{}, "guide": guide{}},
	"directory":     {"main": &directoryView{}, "entries": &directoryView{}, "entry": &directoryView{}},
	"fail":          {"main": failView{}, "fail-toast": failView{}},
	"health":        {"main": healthView{}},
	"import":        {"main": importView{}, "report": importView{}},
	"learning":      {"main": learningView{}},
	"mails": {
		"main": &mailsView{}, "files": &files{}, "counts": countsView{}, "toast-beside": &flash{}, "mail-list": &mailsView{},
		"mail-detail": &mailsView{},
		"mail-news":   &openMail{}, "assign-form": planView{}, "contact-choices": &openMail{}, "client-choices": &openMail{},
		"new-client-choices": &openMail{},
	},
	"me":        {"main": meView{}},
	"notices":   {"main": []notice{}},
	"replies":   {"main": repliesView{}},
	"sending":   {"main": sendingView{}},
	"retention": {"main": retentionView{}},
	"templates": {"main": templatesView{}},
	"rules":     {"main": &rulesView{}, "entries": &rulesView{}, "entry": &rulesView{}},
	"settings":  {"main": settingsView{}},
}

// Every field and function in a page exists and accepts its arguments, in all
// branches.
func TestPagesFitTheirViews(t *testing.T) {
	k := &renderer{lang: "nl"}
	files := must.Get(filesOfPages())(t)
	shared := files[layout]
	delete(files, layout)
	for name, parts := range files {
		set := must.Get(template.New("").Funcs(k.functions()).ParseFS(pageFiles, slices.Concat(shared, parts)...))(t)
		requested := []string{"main"}
		for _, file := range parts {
			text := must.Get(pageFiles.ReadFile(file))(t)
			for _, m := range regexp.MustCompile(`hx-target="#([a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
				requested = append(requested, m[1])
			}
		}
		for _, part := range requested {
			if set.Lookup(part) != nil && views[name][part] == nil {
				t.Errorf("nobody says what %s of %s shows", part, name)
			}
		}
		for part, view := range views[name] {
			if err := templatecheck.CheckHTML(set.Lookup(part), view); err != nil {
				t.Errorf("%s of %s: %v", part, name, err)
			}
			if action := set.Lookup("action"); action != nil && part == "main" {
				if err := templatecheck.CheckHTML(action, view); err != nil {
					t.Errorf("action of %s: %v", name, err)
				}
			}
		}
		// The layout is the same for all pages; it knows the view as any.
		if name != "fail" {
			continue
		}
		if err := templatecheck.CheckHTML(set.Lookup("layout"), pageLayout{}); err != nil {
			t.Errorf("layout: %v", err)
		}
	}
}

// No page calls a method: the template package does not support that, and the
// error would appear only when the page is shown.
func TestPagesCallNoMethods(t *testing.T) {
	fields, methods := map[string]bool{}, map[string]bool{}
	var look func(reflect.Type)
	seen := map[reflect.Type]bool{}
	look = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		for m := range typ.Methods() {
			methods[m.Name] = true
		}
		switch typ.Kind() {
		case reflect.Struct:
			look(reflect.PointerTo(typ))
			for f := range typ.Fields() {
				fields[f.Name] = true
				look(f.Type)
			}
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(typ.Elem())
		}
	}
	look(reflect.TypeFor[pageLayout]())
	for _, parts := range views {
		for _, view := range parts {
			look(reflect.TypeOf(view))
		}
	}
	if !methods["IsZero"] || !fields["Received"] {
		t.Fatal("views are not looked into")
	}
	k := must.Get(newRenderer("nl", map[string]asset{}))(t)
	for name, page := range k.pages {
		for _, part := range page.Templates() {
			if part.Tree == nil {
				continue // the set itself
			}
			for _, m := range regexp.MustCompile(`\.([A-Z]\w*)`).FindAllStringSubmatch(part.Tree.Root.String(), -1) {
				if methods[m[1]] && !fields[m[1]] {
					t.Errorf("%s calls the method %s: give it a place in views.go", name, m[1])
				}
			}
		}
	}
}
