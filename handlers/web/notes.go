package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/sorting"
)

// mentioned are the ids of the colleagues whom a text names, as @Name: the longest name
// that fits counts.
func mentioned(text string, people []directory.TeamMember) (ids []string) {
	people = slices.Clone(people)
	sorting.By(people, func(a, b directory.TeamMember) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	for _, part := range strings.Split(text, "@")[1:] {
		for _, p := range people {
			name, rest := strings.ToLower(p.Name), strings.ToLower(part)
			if name == "" || !strings.HasPrefix(rest, name) || startsWithLetter(rest[len(name):]) {
				continue
			}
			if !slices.Contains(ids, p.ID) {
				ids = append(ids, p.ID)
			}
			break
		}
	}
	return ids
}

func startsWithLetter(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r)
}

// noteBody is a note as the API takes it, with the colleagues whom its text names.
func (v *request) noteBody(text string) (map[string]any, error) {
	body := map[string]any{"body": text}
	if !strings.Contains(text, "@") {
		return body, nil
	}
	if ids := mentioned(text, v.colleagues()); len(ids) > 0 {
		body["mentions"] = ids
	}
	err := v.failed
	v.failed = nil // it is about the note, whose text must not be lost
	return body, err
}

// mentionAt is the path that completes the name of a colleague in a note of the chat.
func (c openChat) mentionAt() string { return "/web/chats/" + url.PathEscape(c.ID) + "/mentions?find=" }

// mentionChoices completes the name of a colleague who sees the chat: those who take part
// come first.
func (s *site) mentionChoices(v *request) error {
	api, page := v.chatHere()
	if !isPart(v.r) {
		return v.done(page, flash{})
	}
	var members []string
	for _, p := range some[wire.Participant](v, api+"/participants") {
		members = append(members, p.ID)
	}
	people, in := whoSee(v.colleagues(), members), func(p wire.Named) bool { return slices.Contains(members, p.ID) }
	sorting.By(people, func(a, b wire.Named) int {
		if in(a) != in(b) {
			return map[bool]int{true: -1, false: 1}[in(a)]
		}
		return strings.Compare(a.Name, b.Name)
	})
	find := " " + strings.ToLower(v.r.URL.Query().Get("find"))
	people = slices.DeleteFunc(people, func(p wire.Named) bool {
		return p.ID == v.me.ID || p.Name == "" || !strings.Contains(" "+strings.ToLower(p.Name), find)
	})
	return v.part("chats", "mention-choices", people[:min(len(people), fewFound)])
}

// editNotePage opens the form with a note of the user.
func (s *site) editNotePage(v *request) error {
	return v.showWriting(http.StatusOK, func(open *openChat) error {
		m := open.message(v.r.PathValue("note"))
		if m == nil || !m.CanEdit {
			return &Problem{Status: http.StatusNotFound}
		}
		open.Note = kept{Chat: open.ID, Text: m.Text, ID: m.ID}
		open.Composer.Mode, open.Composer.Open = modeNote, true
		return nil
	})
}

// editNote changes a note of the user, or takes it back.
func (s *site) editNote(v *request) error {
	api, page := v.chatHere()
	api += "/notes/" + url.PathEscape(v.r.PathValue("note"))
	if v.r.PostFormValue("do") == "delete" {
		if err := v.api.delete(api, ""); err != nil {
			return err
		}
		return v.done(page, flash{Key: "chats.note-deleted"})
	}
	text := v.r.PostFormValue("body")
	body, err := v.noteBody(text)
	if err != nil {
		return err
	}
	if ok, err := succeeded(refused, v.api.patch(api, "", body, nil), func(p *Problem) error {
		return v.showWriting(p.Status, func(open *openChat) error {
			open.Note, open.Problem = kept{Chat: open.ID, Text: text, ID: v.r.PathValue("note")}, p
			open.Composer.Mode, open.Composer.Open = modeNote, true
			return nil
		})
	}); !ok {
		return err
	}
	return v.done(page, flash{})
}
