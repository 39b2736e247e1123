package sim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A category is a name with a colour that a user can give to mail.
//
// https://learn.microsoft.com/graph/api/resources/outlookcategory
type category struct {
	ID    string `json:"id"`
	Name  string `json:"displayName"`
	Color string `json:"color"`
}

// allCategories returns the master categories, by default those of Outlook. The
// caller holds mu.
func (b *mailbox) allCategories() []category {
	if b.categories != nil {
		return b.categories
	}
	var first []category
	for i, name := range []string{"Rode categorie", "Oranje categorie", "Gele categorie", "Groene categorie", "Blauwe categorie",
		"Paarse categorie"} {
		first = append(first, category{ID: guidOf("category", b.id, name), Name: name,
			Color: "preset" + strconv.Itoa([]int{0, 1, 3, 4, 7, 8}[i])})
	}
	return first
}

func validColor(color string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(color, "preset"))
	return color == "none" || strings.HasPrefix(color, "preset") && err == nil && n >= 0 && n <= 24
}

func (t *Tenant) categoryContext(c *graphCall) string {
	return t.base(c.r) + "/$metadata#users('" + url.PathEscape(c.r.PathValue("user")) + "')/outlook/masterCategories"
}

func (t *Tenant) listCategories(c *graphCall) (answer, error) {
	t.mu.Lock()
	all := slices.Clone(c.box.allCategories())
	t.mu.Unlock()
	return respond(http.StatusOK, t.categoryContext(c), func(o *object) { o.put("value", all) })
}

func (t *Tenant) addCategory(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	var sent category
	if json.Unmarshal(body, &sent) != nil {
		return answer{}, errBadRequest("Cannot read the category.")
	}
	sent.Color = cmp.Or(sent.Color, "none")
	switch {
	case sent.Name == "":
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "The displayName of a category is required.")
	case !validColor(sent.Color):
		return answer{}, errBadRequest("Invalid value for color.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Clone(c.box.allCategories())
	if slices.ContainsFunc(all, func(k category) bool { return strings.EqualFold(k.Name, sent.Name) }) {
		return answer{}, refuse(cmp.Or(t.behaviour.CategoryExists, http.StatusConflict), "CategoryNameAlreadyExists",
			"A category with the name '"+sent.Name+"' already exists.")
	}
	sent.ID = guidOf("category", c.box.id, sent.Name)
	if err := t.commit(record{Settings: &settings{Mailbox: c.box.id, Settings: c.box.settings, Categories: append(all, sent)}}); err != nil {
		return answer{}, err
	}
	return respond(http.StatusCreated, t.categoryContext(c)+"/$entity", func(o *object) {
		o.put("id", sent.ID)
		o.put("displayName", sent.Name)
		o.put("color", sent.Color)
	})
}
