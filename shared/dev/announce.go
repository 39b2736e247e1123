package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// ready is what -json prints for scripts.
type ready struct {
	App           string         `json:"app"`
	API           string         `json:"api"`
	Web           string         `json:"web"`
	Host          string         `json:"host"` // "func", the Functions host on PATH, or "stand-in"
	Graph         string         `json:"graph,omitempty"`
	SMTP          string         `json:"smtp,omitempty"`
	Outside       string         `json:"outside,omitempty"` // what an outside address received: append ?address=
	Azurite       storageURLs    `json:"azurite"`
	Administrator string         `json:"administrator"`
	Tenant        *tenantSecrets `json:"tenant,omitempty"`
	Mailboxes     []string       `json:"mailboxes"`
	Data          string         `json:"data"`
	Certificate   string         `json:"certificate,omitempty"`
	Storage       string         `json:"storage"`
}

type storageURLs struct {
	Queue string `json:"queue"`
	Table string `json:"table"`
	Blob  string `json:"blob"`
}

// tenantSecrets are the secrets of the simulated tenant. They work nowhere else.
type tenantSecrets struct {
	ClientID      string `json:"clientId"`
	ClientSecret  string `json:"clientSecret"`
	TokenEndpoint string `json:"tokenEndpoint"`
	Domain        string `json:"domain"`
}

func (s *stack) ready() ready {
	r := ready{
		App: s.appURL(), API: s.appURL() + "/api", Web: s.appURL() + "/web",
		Host:          s.hostName,
		Azurite:       storageURLs{s.storage.QueueURL(), s.storage.TableURL(), s.storage.BlobURL()},
		Administrator: s.administrator(), Mailboxes: []string{}, Data: s.data.dir, Storage: s.storage.ConnectionString(),
	}
	if s.tenant != nil {
		r.Graph = s.tenant.url
		r.Outside = s.tenant.url + "/simulator/outside"
		r.SMTP = "smtp://localhost:" + strconv.Itoa(s.at.SMTP)
		r.Certificate = s.tenant.certificate
		r.Tenant = &tenantSecrets{clientID, s.tenant.secret, s.tenant.tokenEndpoint(), domain}
		for _, m := range s.tenant.office.Mailboxes {
			r.Mailboxes = append(r.Mailboxes, m.Address)
		}
	}
	return r
}

func (s *stack) writeJSON(w io.Writer) error { return json.NewEncoder(w).Encode(s.ready()) }

// announce prints what a person can open and try.
func (s *stack) announce(w io.Writer) error {
	r := s.ready()
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(what, where string) { fmt.Fprintf(t, "  %s\t%s\n", what, where) }
	fmt.Fprintln(t, "\nKantoorpost runs.")
	line("open", r.App+"  (whom to be, and a mail to send)")
	line("API", r.API+"  (description: "+r.API+"/openapi.json)")
	line("sign in as", r.Administrator+", over the API with  Authorization: Bearer local:"+r.Administrator)
	if s.tenant != nil {
		line("mail in", r.SMTP+", from any mail program")
		line("mail out", r.App+"/try/client?address=…  (for programs: "+r.Outside+"?address=…)")
		line("tenant", r.Graph+"  (Entra, Graph and Key Vault, simulated; its certificate: "+r.Certificate+")")
	}
	line("storage", fmt.Sprintf("Azurite on ports %d (blobs), %d (queues), %d (tables)", s.storage.Blob, s.storage.Queue, s.storage.Table))
	line("data, logs", r.Data+"  (remove it to start anew)")
	if err := t.Flush(); err != nil {
		return err
	}
	s.tryThis(&b, r)
	fmt.Fprintln(&b, "\nCtrl-C ends it.")
	_, err := io.WriteString(w, b.String())
	return err
}

// tryThis prints a command that sends a mail, and one that shows its result.
func (s *stack) tryThis(b *strings.Builder, r ready) {
	send, see := s.toTry()
	if send == "" {
		fmt.Fprintln(b, "\nThere is no tenant yet: add one at "+r.Web+"/settings.")
		return
	}
	fmt.Fprintf(b, "\nA mail to an activated address, which is looked at every 10 seconds here (in Azure: every 5 minutes):\n\n"+
		"  %s\n\nWhat became of it:\n\n  %s\n", send, see)
}

// toTry returns a shell command that sends a mail, and one that shows its result.
// Both are empty without a simulated tenant.
func (s *stack) toTry() (send, see string) {
	if s.tenant == nil {
		return "", ""
	}
	r := s.ready()
	sender := s.tenant.office.Contacts[0]
	for _, c := range s.tenant.office.Contacts {
		if len(c.Clients) == 1 {
			sender = c
			break
		}
	}
	to := "info@" + domain
	send = fmt.Sprintf("printf 'From: %s <%s>\\r\\nTo: %s\\r\\nSubject: Vraag\\r\\n\\r\\nGoedemiddag!\\r\\n' | curl -sS --url %s "+
		"--mail-from %s --mail-rcpt %s --upload-file -",
		sender.Name, sender.Emails[0], to, r.SMTP, sender.Emails[0], to)
	return send, fmt.Sprintf("curl -sS -H 'Authorization: Bearer local:%s' '%s/mails?limit=5'", r.Administrator, r.API)
}
