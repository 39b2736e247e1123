package main

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

const (
	clientAddress = "jan@bakkerijjansen.example"
	officeAddress = "info@" + domain
)

// A clientSite is the pages of an outsider who wrote to the office and got an answer.
type clientSite struct {
	*testing.T
	tenant *sim.Tenant
	url    string
	id     string // of the answer
}

func openClientSite(t *testing.T) clientSite {
	t.Helper()
	tenant := must.Get(sim.New(sim.Options{Domain: domain}))(t)
	for _, name := range []string{"info", "loon"} {
		must.Get(tenant.AddMailbox(sim.MailboxOptions{Address: name + "@" + domain, Name: name}))(t)
	}
	server := httptest.NewServer(clientPages{tenant})
	t.Cleanup(server.Close)
	s := clientSite{T: t, tenant: tenant, url: server.URL, id: "<antwoord@" + domain + ">"}
	s.deliver(
		clientAddress,
		officeAddress,
		"From: Jan <"+clientAddress+">\nTo: "+officeAddress+"\nSubject: Vraag\nMessage-ID: <vraag@x>\n\nMijn vraag\n",
	)
	s.deliver(officeAddress, clientAddress, "From: Info <"+officeAddress+">\nTo: Jan Jansen <"+clientAddress+">, loon@"+domain+
		"\nSubject: RE: Vraag\nMessage-ID: "+s.id+"\nReferences: <vraag@x>\nContent-Type: multipart/mixed; boundary=m\n\n"+
		"--m\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>Ons antwoord <script>alert(1)</script><img "+
		"src=\"cid:p1\"></p>\n"+
		"--r\nContent-Type: image/png\nContent-ID: <p1>\nContent-Transfer-Encoding: base64\n\nUE5H\n--r--\n"+
		"--m\nContent-Type: text/plain; name=\"a b.txt\"\nContent-Disposition: attachment; filename=\"a b.txt\"\n\ninhoud\n--m--\n")
	return s
}

func (s clientSite) deliver(from, to, raw string) {
	s.Helper()
	must.Do(s, s.tenant.Deliver(s.Context(), sim.Envelope{From: from, To: []string{to}}, []byte(strings.ReplaceAll(raw, "\n", "\r\n"))))
}

func (s clientSite) read(res *http.Response, err error) (int, string, http.Header) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	page := must.Get(io.ReadAll(res.Body))(s)
	return res.StatusCode, html.UnescapeString(string(page)), res.Header
}

func (s clientSite) get(path string) (int, string, http.Header) {
	s.Helper()
	return s.read(http.Get(s.url + path))
}

func (s clientSite) answer(text, program, all string) (int, string) {
	s.Helper()
	status, page, _ := s.read(http.PostForm(s.url+"/try/client", url.Values{"address": {clientAddress}, "id": {s.id}, "text": {text},
		"program": {program}, "all": {all}}))
	return status, page
}

func TestAClientReadsWhatTheOfficeSent(t *testing.T) {
	s := openClientSite(t)
	status, page, head := s.get("/try/client?address=" + clientAddress)
	for _, want := range []string{"RE: Vraag", "Van Info <" + officeAddress + ">", "Ons antwoord", "U schreef aan " + officeAddress,
		"Mijn vraag", "a b.txt",
		`<option value="gmail">`, "Allen beantwoorden"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in %s", want, page)
		}
	}
	if status != 200 || strings.Contains(page, "<script") || !strings.Contains(head.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v", status, head)
	}
	if _, page, _ := s.get("/try/client?address=niemand@elders.example"); !strings.Contains(page, "Hier is nog geen mail") {
		t.Errorf("for nobody: %s", page)
	}
	if got := (clientPages{s.tenant}).correspondents(); len(got) != 1 ||
		got[0] != (correspondent{clientAddress, "Jan Jansen", "RE: Vraag"}) {
		t.Errorf("correspondents %+v", got)
	}
}

func TestThePartsOfAMailAreServedWithoutTrust(t *testing.T) {
	s := openClientSite(t)
	part := func(name string) (int, string, http.Header) {
		return s.get("/try/client/part?" + url.Values{"address": {clientAddress}, "id": {s.id}, "part": {name}}.Encode())
	}
	_, page, head := part("page")
	if !strings.Contains(page, `src="data:image/png;base64,UE5H"`) ||
		!strings.HasPrefix(head.Get("Content-Security-Policy"), "sandbox; default-src 'none'") {
		t.Errorf("page %s %v", page, head)
	}
	if _, source, head := part("source"); !strings.Contains(source, "Message-ID: "+s.id) ||
		!strings.HasPrefix(head.Get("Content-Type"), "text/plain") {
		t.Errorf("source %s", source)
	}
	_, file, head := part("1")
	if strings.TrimSpace(file) != "inhoud" || !strings.Contains(head.Get("Content-Disposition"), "a%20b.txt") ||
		head.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("file %q %v", file, head)
	}
	if status, _, _ := part("9"); status != 404 {
		t.Errorf("a file that is not there: %d", status)
	}
}

func TestAClientAnswersTheOffice(t *testing.T) {
	s := openClientSite(t)
	status, page := s.answer("Dank u wel", "gmail", "yes")
	if status != 200 || !strings.Contains(page, "Verstuurd aan "+officeAddress) {
		t.Errorf("%d %s", status, page)
	}
	got := s.tenant.Messages(officeAddress)
	m := got[len(got)-1]
	if len(got) != 2 || m.InReplyTo != s.id || len(m.References) != 2 || !strings.Contains(m.Body.Content, "gmail_quote") ||
		m.Subject != "RE: Vraag" {
		t.Errorf("received %+v", m)
	}
	if len(s.tenant.Messages("loon@"+domain)) != 1 {
		t.Error("the other recipient did not get it")
	}
}

func TestAnAnswerThatCannotGoIsNotLost(t *testing.T) {
	s := openClientSite(t)
	if status, page := s.answer(" ", "gmail", ""); status != 422 || !strings.Contains(page, "Schrijf eerst een antwoord") {
		t.Errorf("%d %s", status, page)
	}
	s.deliver("weg@"+domain, clientAddress, "From: weg@"+domain+"\nTo: "+clientAddress+"\nSubject: x\nMessage-ID: <weg@x>\n\nx\n")
	s.id = "<weg@x>"
	if status, page := s.answer("Mijn lange antwoord", "apple", ""); status != 422 ||
		!strings.Contains(page, ">Mijn lange antwoord</textarea>") {
		t.Errorf("%d %s", status, page)
	}
	s.id = "<niets@x>"
	if status, _ := s.answer("x", "apple", ""); status != 404 {
		t.Errorf("an answer to nothing: %d", status)
	}
	req, _ := http.NewRequest("POST", s.url+"/try/client", strings.NewReader("text=x"))
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, _ := s.read(http.DefaultClient.Do(req)); status != http.StatusForbidden {
		t.Errorf("another site: %d", status)
	}
}
