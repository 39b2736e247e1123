package answer

import (
	"encoding/json"
	"slices"
	"strings"

	"kantoorpost/shared/mail"
)

// user is the JSON of the properties in mail.Mailbox.
// https://learn.microsoft.com/graph/api/resources/user
type user struct {
	ID        string   `json:"id"`
	Name      string   `json:"displayName"`
	Mail      string   `json:"mail"`
	Principal string   `json:"userPrincipalName"`
	Proxies   []string `json:"proxyAddresses"`
	Enabled   bool     `json:"accountEnabled"`
	Kind      string   `json:"userType"`
}

// Mailbox decodes a user. For a guest, a user without mail, and anything that is
// no user, ok is false.
func Mailbox(raw []byte) (box mail.Mailbox, ok bool) {
	var w user
	if json.Unmarshal(raw, &w) != nil || w.ID == "" || w.Mail == "" || w.guest() {
		return mail.Mailbox{}, false
	}
	box = mail.Mailbox{ID: w.ID, Name: w.Name, Enabled: w.Enabled, Address: strings.ToLower(w.Mail)}
	// "SMTP:" in capitals marks the primary address, "smtp:" an alias.
	for _, p := range w.Proxies {
		if address, primary := strings.CutPrefix(p, "SMTP:"); primary && address != "" {
			box.Address = strings.ToLower(address)
		}
	}
	others := []string{w.Mail}
	for _, p := range w.Proxies {
		if scheme, address, found := strings.Cut(p, ":"); found && strings.EqualFold(scheme, "smtp") {
			others = append(others, address)
		}
	}
	for _, a := range others {
		if a = strings.ToLower(a); a != "" && a != box.Address && !slices.Contains(box.Aliases, a) {
			box.Aliases = append(box.Aliases, a)
		}
	}
	return box, true
}

// guest says whether the mailbox of a user is in another organisation.
func (w *user) guest() bool {
	return strings.EqualFold(w.Kind, "Guest") || strings.Contains(strings.ToUpper(w.Principal), "#EXT#")
}
