package web

import (
	"net/http"
	"slices"
)

func (s *site) savePreferences(v *request) error {
	for name, values := range map[string][]string{"lang": languages, "theme": {"light", "dark", "auto"}, "keys": {"on", "off"}} {
		if value := v.r.PostFormValue(name); slices.Contains(values, value) {
			keep(v.w, name, value)
		}
	}
	if tour := v.r.PostFormValue("tour"); tour == "done" || tour == "again" {
		keep(v.w, "tour", map[bool]string{true: v.tourDone(), false: tour}[tour == "done"])
		if v.me.ID != "" { // of somebody who is not in the directory yet the browser alone remembers it
			if err := v.api.patch("/api/me", "", map[string]bool{"toured": tour == "done"}, nil); err != nil {
				return err
			}
		}
	}
	return v.done(v.r.PostFormValue("back"), flash{})
}

// noKeys tells whether the user turned shortcuts off: speech input would trigger
// them by accident.
// https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts
func noKeys(r *http.Request) bool {
	c, err := r.Cookie("keys")
	return err == nil && c.Value == "off"
}

// tourDone is what the browser keeps of somebody who has read the tour, so that the API is not asked again.
func (v *request) tourDone() string { return "done" + v.me.ID }

// toured tells whether the user has read the tour of the first visit.
func (v *request) toured() bool {
	c, err := v.r.Cookie("tour")
	if err == nil && c.Value == v.tourDone() {
		return true
	}
	var me person
	if v.me.ID == "" || v.api.get("/api/me", &me) != nil || !me.Toured {
		return false
	}
	keep(v.w, "tour", v.tourDone())
	return true
}

func keep(w http.ResponseWriter, name, value string) { setCookie(w, name, value, 365*24*3600) }

func themeOf(r *http.Request) string {
	c, err := r.Cookie("theme")
	if err != nil || c.Value != "light" && c.Value != "dark" {
		return ""
	}
	return c.Value
}
