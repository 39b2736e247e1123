package entra

import (
	"errors"
	"strings"
	"testing"
)

const guid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

var simulated = Cloud{Name: "simulated", Authority: "https://localhost:7443", Graph: "https://localhost:7443"}

func TestPastedEndpointsAreUnderstood(t *testing.T) {
	for text, want := range map[string]Endpoint{
		"https://login.microsoftonline.com/" + guid + "/oauth2/v2.0/token":                  {"public", guid},
		"https://login.microsoftonline.com/" + guid + "/oauth2/v2.0/token/":                 {"public", guid},
		"https://login.microsoftonline.com/" + guid + "/oauth2/token":                       {"public", guid},
		"https://login.microsoftonline.com/" + guid + "/oauth2/v2.0/authorize":              {"public", guid},
		" \thttps://login.microsoftonline.com/" + guid + "/oauth2/v2.0/token\r\n":           {"public", guid},
		"HTTPS://Login.MicrosoftOnline.com/" + strings.ToUpper(guid) + "/OAuth2/v2.0/Token": {"public", guid},
		"https://login.microsoftonline.com/kantoor.onmicrosoft.com/oauth2/v2.0/token":       {"public", "kantoor.onmicrosoft.com"},
		"https://login.windows.net/" + guid + "/oauth2/token":                               {"public", guid},
		"https://sts.windows.net/" + guid + "/oauth2/token":                                 {"public", guid},
		"https://login.microsoft.com/" + guid + "/oauth2/v2.0/token":                        {"public", guid},
		"https://login.microsoftonline.us/" + guid + "/oauth2/v2.0/token":                   {"us-gov", guid},
		"https://login.usgovcloudapi.net/" + guid + "/oauth2/v2.0/token":                    {"us-gov", guid},
		"https://login.chinacloudapi.cn/" + guid + "/oauth2/v2.0/token":                     {"china", guid},
		"https://login.partner.microsoftonline.cn/" + guid + "/oauth2/v2.0/token":           {"china", guid},
		"https://login.sovcloud-identity.fr/" + guid + "/oauth2/v2.0/token":                 {"bleu", guid},
		"https://login.sovcloud-identity.de/" + guid + "/oauth2/v2.0/token":                 {"delos", guid},
		"https://login.sovcloud-identity.sg/" + guid + "/oauth2/v2.0/token":                 {"govsg", guid},
		"https://localhost:7443/" + guid + "/oauth2/v2.0/token":                             {"simulated", guid},
		guid:               {"public", guid},
		"Kantoor.Example ": {"public", "kantoor.example"},
	} {
		got, err := Public().With(simulated).Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

// hostile returns texts that would send a client secret to the wrong place, or
// that do not name one tenant.
func hostile() map[string]string {
	const path = "/" + guid + "/oauth2/v2.0/token"
	const good = "https://login.microsoftonline.com"
	return map[string]string{
		"":                       EndpointEmpty,
		" \u200b\r\n":            EndpointEmpty,
		strings.Repeat("a", 600): EndpointTooLong,
		"http://login.microsoftonline.com" + path:                 EndpointNotHTTPS,
		"ftp://login.microsoftonline.com" + path:                  EndpointNotHTTPS,
		"https:" + path:                                           EndpointNotHTTPS,
		"javascript:alert(1)":                                     EndpointNotHTTPS,
		"//login.microsoftonline.com" + path:                      EndpointNotHTTPS,
		"login.microsoftonline.com" + path:                        EndpointNotHTTPS,
		"https://evil.example" + path:                             EndpointHost,
		"https://login.microsoftonline.com.evil.example" + path:   EndpointHost,
		"https://evil-login.microsoftonline.com" + path:           EndpointHost,
		"https://login.microsoftonline.com." + path:               EndpointHost,
		"https://169.254.169.254" + path:                          EndpointHost,
		"https://[::1]" + path:                                    EndpointExtras,
		"https://localhost" + path:                                EndpointHost,
		"https://localhost:7443" + path:                           EndpointExtras, // no simulator here
		"https://graph.microsoft.com" + path:                      EndpointHost,
		"https:///" + guid + "/oauth2/v2.0/token":                 EndpointHost,
		"https://login.microsoftonline.com@evil.example" + path:   EndpointExtras,
		"https://user:pass@login.microsoftonline.com" + path:      EndpointExtras,
		"https://login.microsoftonline.com:443" + path:            EndpointExtras,
		"https://login.microsoftonline.com:8443" + path:           EndpointExtras,
		good + path + "?redirect=https://evil.example":            EndpointExtras,
		good + path + "#@evil.example":                            EndpointExtras,
		"https://evil.example#" + good + path:                     EndpointExtras,
		"https://login.microsoftonline.com\\@evil.example" + path: EndpointCharacters,
		"https://login.microsoftonline.com%2eevil.example" + path: EndpointCharacters,
		"https://lоgin.microsoftonline.com" + path:                EndpointCharacters, // Cyrillic о
		good + "\r\nHost: evil.example" + path:                    EndpointCharacters,
		good + "/\x00" + guid + "/oauth2/v2.0/token":              EndpointCharacters,
		good + "/" + guid + " /oauth2/v2.0/token":                 EndpointCharacters,
		good + "/common/oauth2/v2.0/token":                        EndpointShared,
		good + "/Organizations/oauth2/v2.0/token":                 EndpointShared,
		good + "/consumers/oauth2/v2.0/token":                     EndpointShared,
		"common":                                                  EndpointShared,
		good + "/oauth2/v2.0/token":                               EndpointPath,
		good + "//" + guid + "/oauth2/v2.0/token":                 EndpointPath,
		good + "/" + guid + "/../x/oauth2/v2.0/token":             EndpointPath,
		good + "/../oauth2/v2.0/token":                            EndpointTenant,
		good + "/" + guid + "/oauth2/v2.0/devicecode":             EndpointPath,
		good + "/" + guid:                                         EndpointPath,
		good:                                                      EndpointPath,
		good + "/-x.example/oauth2/v2.0/token":                    EndpointTenant,
		good + "/kantoor/oauth2/v2.0/token":                       EndpointTenant,
		good + "/{" + guid + "}/oauth2/v2.0/token":                EndpointTenant,
		"127.0.0.1":  EndpointTenant,
		"een geheim": EndpointCharacters,
		"https://login.microsoftonline.de" + path:     EndpointClosed,
		"https://login-us.microsoftonline.com" + path: EndpointClosed,
	}
}

// A client secret is sent where a pasted text leads, so hostile texts are refused.
func TestHostileEndpointsAreRefused(t *testing.T) {
	for text, code := range hostile() {
		got, err := Public().Parse(text)
		var refusal *EndpointError
		if !errors.As(err, &refusal) || refusal.Code != code || got != (Endpoint{}) {
			t.Errorf("Parse(%q) = %v, %v; want code %s", text, got, err, code)
		}
	}
}

func TestARefusalDoesNotRepeatWhatWasPasted(t *testing.T) {
	const canary = "canary~8q.geheim"
	for _, text := range []string{canary, "https://" + canary, "https://login.microsoftonline.com/" + canary + "/oauth2/token"} {
		if _, err := Public().Parse(text); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

// FuzzParse: if Parse accepts a text, its host is on the list, and parsing the
// address that is built from the endpoint gives the same endpoint.
func FuzzParse(f *testing.F) {
	for text := range hostile() {
		f.Add(text)
	}
	f.Add("https://login.microsoftonline.us/" + guid + "/oauth2/v2.0/token")
	f.Add("kantoor.example")
	clouds := Public().With(simulated)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := clouds.Parse(text)
		if err != nil {
			if clouds.TokenURL(e) != "" {
				t.Fatalf("Parse(%q) refuses and still gives %v", text, e)
			}
			return
		}
		address := clouds.TokenURL(e)
		allowed := false
		for _, c := range clouds {
			allowed = allowed || strings.HasPrefix(address, c.Authority+"/")
		}
		again, err := clouds.Parse(address)
		if !allowed || err != nil || again != e {
			t.Fatalf("Parse(%q) = %v → %q → %v, %v", text, e, address, again, err)
		}
	})
}

func TestOnlyGUIDsLookLikeSecretIDs(t *testing.T) {
	for text, want := range map[string]bool{guid: true, " " + strings.ToUpper(guid): true, "Abc8Q~x.y-z": false, "": false,
		guid + "0": false} {
		if LooksLikeSecretID(text) != want {
			t.Errorf("LooksLikeSecretID(%q) = %v", text, !want)
		}
	}
}
