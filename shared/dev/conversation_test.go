package main

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

// outsideMail is a mail that somebody outside received.
type outsideMail struct {
	From                                struct{ Name, Email string }
	Subject, MessageID, InReplyTo, Text string
}

// outside waits until an address outside received n mails.
func (r *running) outside(t *testing.T, address string, n int) []outsideMail {
	t.Helper()
	pem := must.Get(os.ReadFile(r.Certificate))(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		res, err := client.Get(r.Outside + "?address=" + url.QueryEscape(address))
		if err != nil {
			t.Fatal(err)
		}
		var body struct{ Items []outsideMail }
		err = json.NewDecoder(res.Body).Decode(&body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if len(body.Items) >= n {
			return body.Items
		}
	}
	t.Fatalf("%s did not receive %d mails", address, n)
	return nil
}

// call makes a call to the API as the first administrator, and reads its answer.
func (r *running) call(t *testing.T, method, path string, body, into any) {
	t.Helper()
	content := must.Get(json.Marshal(body))(t)
	req := must.Get(http.NewRequestWithContext(t.Context(), method, r.API+path, bytes.NewReader(content)))(t)
	req.Header.Set("Authorization", "Bearer local:"+r.Administrator)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", rand.Text())
	res := must.Get(http.DefaultClient.Do(req))(t)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s, %v", method, path, res.Status, raw, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, raw)
	}
}

// converse answers the newest message of a chat, reads the mail that the client gets,
// answers it on the first page, and waits for that answer in the chat.
func (r *running) converse(t *testing.T, chat, client string) {
	t.Helper()
	type message struct{ ID, Kind, Direction, Subject, Preview string }
	var messages struct{ Items []message }
	r.call(t, http.MethodGet, "/chats/"+chat+"/messages", nil, &messages)
	var prepared struct {
		To, Cc  []any
		Subject string
		Since   int64
	}
	answers := messages.Items[0].ID
	r.call(t, http.MethodGet, "/chats/"+chat+"/replies/new?mode=reply&answers="+url.QueryEscape(answers), nil, &prepared)
	var reply struct{ ID, State string }
	r.call(t, http.MethodPost, "/chats/"+chat+"/replies", map[string]any{"answers": answers, "mode": "reply", "to": prepared.To,
		"subject": prepared.Subject, "text": "Ons antwoord aan de klant", "hold": 0, "since": prepared.Since}, &reply)

	received := r.outside(t, client, 1)
	last := received[len(received)-1]
	if len(received) != 1 || !strings.Contains(last.Text, "Ons antwoord aan de klant") || last.InReplyTo == "" ||
		!strings.HasSuffix(last.From.Email, domain) {
		t.Errorf("%s received %+v", client, received)
	}
	res := must.Get(http.PostForm(r.App+"/try/client", url.Values{"address": {client}, "id": {last.MessageID}, "program": {"gmail"},
		"text": {"Dank voor het antwoord"}}))(t)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the answer on the first page: %s", res.Status)
	}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		r.call(t, http.MethodGet, "/chats/"+chat+"/messages", nil, &messages)
		if newest := messages.Items[0]; len(messages.Items) == 3 && newest.Direction == "in" && strings.Contains(newest.Preview, "Dank") {
			return
		}
	}
	t.Errorf("the chat has %+v", messages.Items)
}
