package answer

import (
	"encoding/json"
	"fmt"
	"time"

	"kantoorpost/shared/mail"
)

// Settings decodes the settings of a mailbox. A setting of an unexpected form is
// left out.
// https://learn.microsoft.com/graph/api/resources/mailboxsettings
func Settings(raw []byte) (mail.MailboxSettings, error) {
	var w struct {
		TimeZone json.RawMessage `json:"timeZone"`
		Language json.RawMessage `json:"language"`
		Replies  json.RawMessage `json:"automaticRepliesSetting"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return mail.MailboxSettings{}, fmt.Errorf("decode settings: %w", err)
	}
	var language struct {
		Locale string `json:"locale"`
	}
	var replies struct {
		Status string `json:"status"`
		Start  clock  `json:"scheduledStartDateTime"`
		End    clock  `json:"scheduledEndDateTime"`
	}
	// Each setting is on its own: one of another form must not hide the others.
	var s mail.MailboxSettings
	_ = json.Unmarshal(w.TimeZone, &s.TimeZone)
	_ = json.Unmarshal(w.Language, &language)
	_ = json.Unmarshal(w.Replies, &replies)
	s.Language = language.Locale
	s.AutomaticReplies.Status = replies.Status
	if replies.Status == "scheduled" {
		s.AutomaticReplies.From, s.AutomaticReplies.Until = replies.Start.time(), replies.End.time()
	}
	return s, nil
}

// clock is a time in a named zone: UTC, or the one in which a program set it.
// https://learn.microsoft.com/graph/api/resources/datetimetimezone
type clock struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

func (c clock) time() time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04:05.999999999", c.DateTime, mail.Zone(c.TimeZone))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
