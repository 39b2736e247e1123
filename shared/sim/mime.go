package sim

import (
	"time"
)

// parseMail shows raw the way Exchange shows it in Graph. It never fails:
// whatever cannot be understood ends up in the text body.
func parseMail(raw []byte, env Envelope, now time.Time) Message {
	return Message{
		Sent: now, Received: now, Importance: "normal",
		Body: Body{ContentType: "text", Content: string(raw)},
		MIME: raw,
	}
}
