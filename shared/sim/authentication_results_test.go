package sim

import (
	"strings"
	"testing"
)

const ownDomain = "kantoordevries.example"

func TestExchangeJudgesTheSender(t *testing.T) {
	for _, tt := range []struct {
		mailFrom, from string
		want, as       string
	}{
		{"jan@bakkerij.example", "jan@bakkerij.example", "dmarc=bestguesspass action=none header.from=bakkerij.example;compauth=pass reason=109",
			"Anonymous"},
		{"bounce@mail.bakkerij.example", "Jan@Bakkerij.Example", "compauth=pass reason=109", "Anonymous"},
		{"bounce@mailing.example", "jan@bakkerij.example", "dmarc=none action=none header.from=bakkerij.example;compauth=none reason=405",
			"Anonymous"},
		{"", "postmaster@bakkerij.example", "compauth=none reason=405", "Anonymous"},
		{"a@spoofed.example", "jan@bakkerij.example", "dmarc=fail action=oreject header.from=bakkerij.example;compauth=fail reason=000",
			"Anonymous"},
		{"jan@bakkerij.example", "spoofed@bakkerij.example", "compauth=fail reason=000", "Anonymous"},
		{"spoofed@kantoordevries.example", "spoofed@kantoordevries.example", "compauth=fail reason=000", "Anonymous"},
		{"x@elders.example", "baas@kantoordevries.example", "dmarc=fail action=none header.from=kantoordevries.example;compauth=fail reason=601",
			"Anonymous"},
		{"", "baas@kantoordevries.example", "compauth=fail reason=601", "Anonymous"},
		{"anna@kantoordevries.example", "anna@kantoordevries.example",
			"dmarc=pass action=none header.from=kantoordevries.example;compauth=pass reason=100", "Internal"},
		{"anna@kantoordevries.example", "jan@bakkerij.example", "compauth=none reason=405", "Anonymous"},
		{"a@b.example", "", "compauth=none reason=405", "Anonymous"},
		{"zomaar", "iets", "compauth=none reason=405", "Anonymous"},
		{"x@evil.example", "x@evil.example;compauth=pass reason=100", "compauth=none reason=405", "Anonymous"},
	} {
		v := authenticate(tt.mailFrom, tt.from, ownDomain)
		if !strings.HasSuffix(v.results, tt.want) || v.as != tt.as {
			t.Errorf("MAIL FROM %s, From %s: %s %s, want %s %s", tt.mailFrom, tt.from, v.as, v.results, tt.as, tt.want)
		}
		if strings.Count(v.results, "compauth=") != 1 || strings.HasPrefix(v.results, "spf=fail") != strings.Contains(v.results, "reason=000") {
			t.Errorf("MAIL FROM %s, From %s: %s", tt.mailFrom, tt.from, v.results)
		}
	}
}

// The topmost field counts, and fields that a stranger writes do not make the
// stranger a mailbox of the tenant.
func TestTheHeadersOfExchangeAreOnTopAndCannotBeForged(t *testing.T) {
	raw := lines(
		"Authentication-Results: spf=pass; compauth=pass reason=100",
		"X-MS-Exchange-Organization-AuthAs: Internal",
		"x-ms-exchange-organization-SCL:",
		" -1",
		"From: baas@kantoordevries.example",
		"Subject: spoed", "", "body")
	env := Envelope{From: "x@elders.example", To: []string{"info@" + ownDomain}}
	m := parseMail(withExchangeHeaders(raw, env, ownDomain, testTime), env, testTime)
	var results, as []string
	for _, h := range m.Headers {
		switch strings.ToLower(h.Name) {
		case "authentication-results":
			results = append(results, h.Value)
		case "x-ms-exchange-organization-authas":
			as = append(as, h.Value)
		case "x-ms-exchange-organization-scl":
			t.Error("a reserved field came in from outside")
		}
	}
	if len(results) != 2 || !strings.Contains(results[0], "compauth=fail reason=601") || len(as) != 1 || as[0] != "Anonymous" {
		t.Errorf("verdicts %q, as %q", results, as)
	}
	if m.Subject != "spoed" || m.Body.Content != "body" || m.From.EmailAddress.Address != "baas@kantoordevries.example" {
		t.Errorf("the mail changed: %q %q %v", m.Subject, m.Body.Content, m.From)
	}
}
