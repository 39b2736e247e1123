package app_test

import (
	"fmt"
	"strings"
	"testing"

	"kantoorpost/handlers/app/apptest"
)

// A mail whose sender asks for a read receipt says so, and none leaves; encrypted mail says what
// it is and where it can be read.
func TestSpecialMail(t *testing.T) {
	const smime = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
	const pgp = `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=p`
	for name, x := range map[string]struct {
		header, body, shown string
		receipt             any
	}{
		"read receipt": {"Disposition-Notification-To: " + jan, "Dag", "Dag", true},
		"none":         {"X-Other: x", "Dag", "Dag", nil},
		"S/MIME":       {smime + "\r\nContent-Transfer-Encoding: base64", "MIAGCSqGSIb3DQEHA6CAMIACAQA=", "S/MIME. Open", nil},
		"PGP": {pgp, "--p\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n" +
			"--p\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\nx\r\n--p--\r\n", "PGP. Open", nil},
	} {
		t.Run(name, func(t *testing.T) {
			simulated(t, func(t *testing.T, w *world) {
				c := w.conversation()
				info := "info@" + apptest.Domain
				raw := "From: " + jan + "\r\nTo: " + info + "\r\nSubject: Nog iets\r\nMessage-ID: <special@elders.example>\r\n" +
					"In-Reply-To: <vraag@elders.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n" +
					x.header + "\r\n\r\n" + x.body
				w.Send(jan, []string{info}, raw)
				w.Pass(1)
				m := w.messages(c)[0]
				if m["subject"] != "Nog iets" || m["receiptRequested"] != x.receipt {
					t.Errorf("message %v", m)
				}
				if _, got := w.Call(apptest.Admin, "GET", fmt.Sprint(m["body"])+"?language=nl", ""); !strings.Contains(got, x.shown) {
					t.Errorf("it shows %q, want %q", got, x.shown)
				}
				if n := len(w.outside(jan)); n != 0 {
					t.Errorf("%d mails left", n)
				}
			})
		})
	}
}
