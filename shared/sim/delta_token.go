package sim

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// deltaToken is the content of the opaque part of a nextLink or deltaLink: the
// options of the round's first request, and its progress. Positions are numbers of
// changes, so a link survives a restart.
type deltaToken struct {
	Mailbox    string    `json:"m"`
	Folder     string    `json:"f"`
	Since      uint64    `json:"s"`           // changes up to this one were reported in earlier rounds
	Position   uint64    `json:"p"`           // this round has covered the changes up to this one
	Count      int       `json:"n,omitempty"` // messages reported in a first round
	Round      int       `json:"r"`
	Generation uint64    `json:"g"` // generation of the mailbox' sync state when the round began
	Issued     int64     `json:"t"`
	Select     selection `json:"sel,omitempty"`
	Filter     string    `json:"op,omitempty"` // ge or gt
	From       time.Time `json:"from,omitzero"`
	Next       bool      `json:"next,omitempty"` // a nextLink, not a deltaLink
}

// How long a link is valid. Outlook documents no time.
const deltaLife = 30 * 24 * time.Hour

func (t *Tenant) seal(d deltaToken) string {
	body, _ := json.Marshal(d)
	text := base64.RawURLEncoding.EncodeToString(body)
	return text + "." + base64.RawURLEncoding.EncodeToString(t.sign("delta", text)[:12])
}

var errInvalidToken = errors.New("invalid token")

func (t *Tenant) unseal(text string) (deltaToken, error) {
	var d deltaToken
	text, mark, _ := strings.Cut(text, ".")
	sent, err := base64.RawURLEncoding.DecodeString(mark)
	if err != nil || !hmac.Equal(sent, t.sign("delta", text)[:12]) {
		return d, errInvalidToken
	}
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return d, errInvalidToken
	}
	return d, json.Unmarshal(body, &d)
}

// allows says whether a message passes the round's filter.
func (d *deltaToken) allows(m *Message) bool {
	switch d.Filter {
	case "ge":
		return !m.Received.Before(d.From)
	case "gt":
		return m.Received.After(d.From)
	}
	return true
}

// reports says whether a later change of an item changed a selected property: $select
// is also the filter on changes.
func (d *deltaToken) reports(it *item) (whole, partial bool) {
	if d.Since == 0 || it.content > d.Since {
		return true, false
	}
	all := d.Select == nil || d.Select.has("changeKey") || d.Select.has("lastModifiedDateTime")
	if it.marks > d.Since && (all || d.Select.has("categories") || d.Select.has("flag") || d.Select.has("importance")) {
		return true, false
	}
	return false, it.read > d.Since && (all || d.Select.has("isRead"))
}
