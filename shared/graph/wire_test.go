package graph

import (
	"bytes"
	"compress/gzip"
	"context"
	encoding "encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/must"
)

// Each answer that is no page is an error with the right kind. None causes a panic,
// and nothing of it is used.
func TestOddAnswersAreErrors(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   fault.Kind
		after  time.Duration
	}{
		"html":           {says(200, "text/html", "<html>"), fault.KindRetry, 0},
		"page as html":   {says(200, "text/html", `{"value":[],"@odata.deltaLink":"`+link+`"}`), fault.KindRetry, 0},
		"html as json":   {says(200, jsonType, "<html>"), fault.KindRetry, 0},
		"empty 200":      {says(200, jsonType, ""), fault.KindRetry, 0},
		"no content":     {says(204, "", ""), fault.KindRetry, 0},
		"null":           {says(200, jsonType, "null"), fault.KindRetry, 0},
		"array":          {says(200, jsonType, "[]"), fault.KindRetry, 0},
		"cut off":        {says(200, jsonType, `{"value":[{"id":"a"`), fault.KindRetry, 0},
		"value no array": {says(200, jsonType, `{"value":{},"@odata.deltaLink":"`+link+`"}`), fault.KindRetry, 0},
		"no link":        {says(200, jsonType, `{"value":[]}`), fault.KindRetry, 0},
		"not gzip":       {says(200, jsonType, `{"value":[]}`, "Content-Encoding", "gzip"), fault.KindRetry, 0},
		"redirect":       {says(302, "text/html", "", "Location", "https://evil.example/"), fault.KindRetry, 0},
		"429": {says(429, jsonType, `{"error":{"code":"ApplicationThrottled"}}`, "Retry-After", "30"), fault.KindLater,
			30 * time.Second},
		"429, a day":        {says(429, jsonType, ``, "Retry-After", "86400"), fault.KindLater, time.Hour},
		"429, nothing":      {says(429, "text/html", `<html>`), fault.KindLater, 0},
		"429, garbage":      {says(429, jsonType, `{"error":"x"}`, "Retry-After", "soon"), fault.KindLater, 0},
		"503":               {says(503, "text/html", "<html>"), fault.KindRetry, 0},
		"503, Retry-After":  {says(503, jsonType, "", "Retry-After", "120"), fault.KindLater, 2 * time.Minute},
		"500, no message":   {says(500, jsonType, `{"error":{"code":"UnknownError","message":""}}`), fault.KindRetry, 0},
		"504":               {says(504, "", ""), fault.KindRetry, 0},
		"509":               {says(509, "", ""), fault.KindRetry, 0},
		"400":               {says(400, jsonType, `{"error":{"code":"ErrorInvalidUrlQuery"}}`), fault.KindFinal, 0},
		"401":               {says(401, jsonType, `{"error":{"code":"InvalidAuthenticationToken"}}`), fault.KindFinal, 0},
		"401, bare claims":  {says(401, jsonType, ``, "WWW-Authenticate", `Bearer claims=x, error="insufficient_claims"`), fault.KindFinal, 0},
		"401, empty claims": {says(401, jsonType, ``, "WWW-Authenticate", `Bearer realm="", claims=""`), fault.KindFinal, 0},
		"401, claims":       {says(401, jsonType, ``, "WWW-Authenticate", `Bearer claims="%%%"`), fault.KindRetry, 0},
		"403":               {says(403, jsonType, `{"error":{"code":"ErrorAccessDenied"}}`), fault.KindFinal, 0},
		"404":               {says(404, jsonType, `{"error":{"code":"MailboxNotEnabledForRESTAPI"}}`), fault.KindFinal, 0},
		"own link as next":  {says(200, jsonType, `{"value":[],"@odata.nextLink":"`+link+`"}`), fault.KindRetry, 0},
		"foreign next":      {says(200, jsonType, `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/x"}`), fault.KindFinal, 0},
		"foreign delta": {says(200, jsonType, `{"value":[],"@odata.deltaLink":"https://graph.microsoft.com.evil.example/v1.0/x"}`),
			fault.KindFinal, 0},
	} {
		t.Run(name, func(t *testing.T) {
			client, _, _ := graphOf(t, c.answer)
			from := ""
			if name == "own link as next" {
				from = link
			}
			page, err := client.Delta(t.Context(), box, from, time.Time{})
			kind, after := fault.Of(err)
			if err == nil || kind != c.kind || after != c.after {
				t.Errorf("kind %v after %s of %v", kind, after, err)
			}
			if page.DeltaLink != "" || page.Next != "" || page.Messages != nil {
				t.Errorf("something was used: %+v", page)
			}
			if strings.HasPrefix(name, "foreign") != errors.Is(err, answer.ErrForeignLink) {
				t.Errorf("foreign link: %v", err)
			}
			for _, check := range []func(context.Context, string) error{client.CheckInbox, client.CheckSettings} {
				if err := check(t.Context(), box); err == nil && !strings.Contains(name, "link") && !strings.Contains(name, "next") &&
					!strings.Contains(name, "foreign") && name != "value no array" {
					t.Error("a check succeeded")
				}
			}
			_, _ = client.Message(t.Context(), box, "id")
			_, _, _ = client.Mailboxes(t.Context(), "x", "")
			_, _ = client.Mailbox(t.Context(), "a@b.example")
		})
	}
}

// A link to another host is not followed, since that host would get the token.
func TestLinksToAnotherHostAreNotFollowed(t *testing.T) {
	c, wire, _ := graphOf(t, says(500, jsonType, ""))
	for _, to := range []string{"https://evil.example/v1.0/x", "http://graph.microsoft.com/v1.0/x", "https://graph.microsoft.com:8443/v1.0/x",
		"https://graph.microsoft.com@evil.example/v1.0/x",
		"https://x@graph.microsoft.com/v1.0/x", "https://graph.microsoft.com.evil.example/v1.0/x", "//graph.microsoft.com/v1.0/x", "/v1.0/x",
		"x", "https://graph.microsoft.com/beta/x",
		"https://graph.microsoft.com\\@evil.example/v1.0/", "https:graph.microsoft.com/v1.0/x", "https://graph.microsoft.com/v1.0/\x00",
		"javascript:x", "https://dod-graph.microsoft.us/v1.0/x"} {
		_, err := c.Delta(t.Context(), box, to, time.Time{})
		if v, _ := fault.Of(err); !errors.Is(err, answer.ErrForeignLink) || v != fault.KindFinal {
			t.Errorf("%q: %v", to, err)
		}
	}
	if n := len(wire.Calls()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// hostile returns links that look like links of a round over the inbox of box.
func hostile() (links []string) {
	const other = "3f2504e0-4f89-41d3-9a0c-0305e82c3302"
	for _, path := range []string{
		"/users/" + other + "/mailFolders/inbox/messages/delta", "/users('" + other + "')/mailFolders('inbox')/messages/delta",
		"/users/" + strings.Replace(other, "3f", "%33f", 1) + "/mailFolders/inbox/messages/delta",
		"/users/info@kantoor.example/mailFolders/inbox/messages/delta",
		"/me/mailFolders/inbox/messages/delta", "/users/me/mailFolders/inbox/messages/delta", "/users//mailFolders/inbox/messages/delta",
		"/users/" + box + "/../" + other + "/mailFolders/inbox/messages/delta",
		"/users/" + box + "%2f..%2f" + other + "/mailFolders/inbox/messages/delta",
		"/users/" + box + "/%2e%2e/" + other + "/mailFolders/inbox/messages/delta", "/users/" + box + "/./mailFolders/inbox/messages/delta",
		"/users/" + box + "%00/mailFolders/inbox/messages/delta", "/users/" + box + "\\..\\" + other + "/mailFolders/inbox/messages/delta",
		"/users/" + box + "%2500/mailFolders/inbox/messages/delta",
		"/users/%2533f2504e0-4f89-41d3-9a0c-0305e82c3301/mailFolders/inbox/messages/delta",
		"/users('" + box + "')('" + other + "')/mailFolders/inbox/messages/delta", "/users('" + box + "%27)/mailFolders/inbox/messages/delta",
		"/users/" + box + "/messages/delta", "/users/" + box + "/mailFolders/inbox/messages",
		"/users/" + box + "/mailFolders/inbox/messages/delta/x",
		"/users/" + box + "/mailFolders/inbox/childFolders/x/messages/delta",
		"/users/" + box + "/mailFolders/inbox/messages/x/attachments/y/$value",
		"/users/" + box + "/mailFolders/sentitems/messages/delta", "/users/" + box + "/mailFolders('drafts')/messages/delta",
		"/users/" + box + "/mailFolders/AAMkAGI2sent%3D/messages/delta", "/users/" + box + "/mailFolders/inbox%2f..%2fsentitems/messages/delta",
		"/users/" + box + "/mailFolders/inbox;sentitems/messages/delta", "/users/" + box + "/mailFolders/ınbox/messages/delta",
		"/$batch", "/users/" + box + "/sendMail", "/users/" + box + "/mailFolders/inbox/messages/delta?x=/users/" + box +
			"/mailFolders/inbox/messages/delta",
	} {
		links = append(links, root+"/v1.0"+path+"?$deltatoken=x")
	}
	good := "/v1.0/users/" + box + "/mailFolders/inbox/messages/delta"
	return append(links, root+good, root+good+"?$deltatoken=", root+good+"?$select=id", root+good+"?$deltatoken=x#y",
		root+good+"?$deltatoken=%zz", root+good+"%zz?$deltatoken=x",
		"http://graph.microsoft.com"+good+"?$deltatoken=x", "https://graph.microsoft.com:443"+good+"?$deltatoken=x",
		"https://x:y@graph.microsoft.com"+good+"?$deltatoken=x",
		"https://graph.microsoft.com.evil.example"+good+"?$deltatoken=x", "https://evil.example"+good+"?$deltatoken=x",
		"https://evil.example/?"+root+good+"?$deltatoken=x",
		root+"/beta/users/"+box+"/mailFolders/inbox/messages/delta?$deltatoken=x", "//graph.microsoft.com"+good+"?$deltatoken=x",
		good+"?$deltatoken=x", " "+root+good+"?$deltatoken=x")
}

// A link is followed and stored only if it leads to the inbox that is read,
// whether it comes from storage, as the next page or as the link of the next
// round. The only other request asks which folder the inbox is.
func TestLinksToAnotherMailboxAreNotFollowed(t *testing.T) {
	const folder = `{"id":"AAMkAGI2inbox="}`
	for _, to := range hostile() {
		said := must.Get(encoding.Marshal(to))(t)
		for i, page := range []string{"", `{"value":[],"@odata.nextLink":` + string(said) + `}`,
			`{"value":[],"@odata.deltaLink":` + string(said) + `}`} {
			asked := 0
			c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/v1.0/users/"+box+"/mailFolders/inbox":
					says(200, jsonType, folder)(w, r)
				case strings.HasPrefix(r.URL.Path, "/v1.0/users/"+box+"/mailFolders/inbox/messages/delta()") && r.URL.Query().Has("$select"):
					asked++
					says(200, jsonType, page)(w, r)
				default:
					t.Errorf("%q: asked for %s", to, r.URL)
				}
			})
			from := ""
			if page == "" {
				from = to
			}
			got, err := c.Delta(t.Context(), box, from, time.Time{})
			if v, _ := fault.Of(err); !errors.Is(err, answer.ErrForeignLink) || v != fault.KindFinal || got.Next != "" || got.DeltaLink != "" ||
				asked != min(i, 1) {
				t.Errorf("%q: %+v, %v after %d requests", to, got, err, asked)
			}
		}
	}
}

// Every format in which Graph writes the link of an inbox is followed. If the link
// has the folder's id, that id is requested once.
func TestLinksToTheInboxAreFollowed(t *testing.T) {
	folders := 0
	c, wire, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/mailFolders/inbox") {
			folders++
			says(200, jsonType, `{"id":"AAMkAGI2inbox="}`)(w, r)
			return
		}
		says(200, jsonType, `{"value":[],"@odata.deltaLink":"`+link+`"}`)(w, r)
	})
	forms := []string{
		"/users/" + box + "/mailFolders/inbox/messages/delta?$deltatoken=x",
		"/users('" + strings.ToUpper(box) + "')/mailfolders('Inbox')/messages/delta()?$skiptoken=x",
		"/Users/" + box + "/mailFolders/inbox/messages/microsoft.graph.delta()?changeType=created&$deltatoken=x",
		"/users/" + box + "/mailFolders('AAMkAGI2inbox=')/messages/delta?%24skiptoken=x",
		"/users/" + box + "/mailFolders/AAMkAGI2inbox%3D/messages/delta?%24skiptoken=x",
	}
	for _, form := range forms {
		if _, err := c.Delta(t.Context(), box, root+"/v1.0"+form, time.Time{}); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
	if folders != 1 || len(wire.Calls()) != len(forms)+1 {
		t.Errorf("%d requests, %d for the inbox", len(wire.Calls()), folders)
	}
}

// The token is sent to no other host, whatever address the SDK gets.
func TestOnlyOurHostGetsTheToken(t *testing.T) {
	c, wire, _ := graphOf(t, says(200, jsonType, `{"value":[]}`))
	for _, to := range []string{"https://evil.example/v1.0/users", "http://graph.microsoft.com/v1.0/users"} {
		_, _, err := c.readUsers(t.Context(), nil, func(ctx context.Context, config *users.UsersRequestBuilderGetRequestConfiguration) error {
			_, err := c.users().WithUrl(to).Get(ctx, config)
			return err
		})
		if !errors.Is(err, answer.ErrForeignLink) || len(wire.Calls()) != 0 {
			t.Errorf("%s: %v after %d requests", to, err, len(wire.Calls()))
		}
	}
}

func TestALinkIsSentAsItWasGiven(t *testing.T) {
	c, wire, _ := graphOf(t, says(200, jsonType, `{"value":[],"@odata.deltaLink":"`+link+`&x=1"}`))
	page, err := c.Delta(t.Context(), box, link, time.Now())
	if err != nil || page.DeltaLink != link+"&x=1" {
		t.Fatalf("page %+v, %v", page, err)
	}
	// An address with a decoded %24 is the same address.
	if got := wire.Calls()[0].URL; strings.ReplaceAll(got, "$c", "%24c") != link {
		t.Errorf("asked %s", got)
	}
}

// A round starts with the given time, and every request asks for immutable ids.
func TestARoundStartsWithItsFilter(t *testing.T) {
	var asked []*http.Request
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r)
		says(200, jsonType, `{"value":[],"@odata.deltaLink":"`+link+`"}`)(w, r)
	})
	since := time.Date(2026, 11, 23, 10, 35, 0, 999, time.FixedZone("", 3600))
	for _, err := range []error{
		second(c.Delta(t.Context(), box, "", since)), second(c.Delta(t.Context(), box, "", time.Time{})),
		second(c.Delta(t.Context(), box, link, since)),
		second(c.Message(t.Context(), box, "a/b=?#%")), c.CheckInbox(t.Context(), box), c.CheckSettings(t.Context(), box),
	} {
		_ = err
	}
	q := asked[0].URL.Query()
	if asked[0].URL.Path != "/v1.0/users/"+box+"/mailFolders/inbox/messages/delta()" ||
		q.Get("$filter") != "receivedDateTime ge 2026-11-23T09:35:00Z" ||
		q.Get("$select") != strings.Join(fields(), ",") || len(q) != 2 {
		t.Errorf("asked %s", asked[0].URL)
	}
	if f := asked[1].URL.Query(); f.Has("$filter") {
		t.Errorf("a filter without a time: %s", asked[1].URL)
	}
	if got := asked[3].URL.EscapedPath(); got != "/v1.0/users/"+box+"/messages/a%2Fb%3D%3F%23%25" {
		t.Errorf("asked %s", got)
	}
	for _, r := range asked {
		if r.Header.Get("Prefer") != `IdType="ImmutableId", odata.maxpagesize=20` || r.Header.Get("Authorization") != "Bearer token-0" ||
			r.Header.Get("Accept-Encoding") != "gzip" || r.Header.Get("client-request-id") == "" {
			t.Errorf("%s with %v", r.URL.Path, r.Header)
		}
	}
	if len(asked) != 6 {
		t.Errorf("%d requests for 6 questions", len(asked))
	}
}

func second[T any](_ T, err error) error { return err }

func TestIdsThatLeadElsewhereAreRefused(t *testing.T) {
	c, wire, _ := graphOf(t, says(200, jsonType, `{}`))
	for _, id := range []string{"", ".", ".."} {
		for _, err := range []error{second(c.Delta(t.Context(), id, "", time.Time{})), second(c.Message(t.Context(), id, "x")),
			second(c.Message(t.Context(), box, id)), c.CheckInbox(t.Context(), id), c.CheckSettings(t.Context(), id)} {
			if v, _ := fault.Of(err); err == nil || v != fault.KindFinal {
				t.Errorf("id %q: %v", id, err)
			}
		}
	}
	if len(wire.Calls()) != 0 {
		t.Error("requests were made")
	}
}

func TestCompressedAnswersAreRead(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, `{"value":[{"id":"a","@removed":{"reason":"changed"}}],"@odata.deltaLink":"`+link+`"}`)
	z.Close()
	c, _, _ := graphOf(t, says(200, jsonType, zipped.String(), "Content-Encoding", "gzip"))
	page, err := c.Delta(t.Context(), box, "", time.Time{})
	if err != nil || len(page.Removed) != 1 {
		t.Errorf("page %+v, %v", page, err)
	}
	c, _, _ = graphOf(t, says(200, jsonType, zipped.String()[:zipped.Len()-9], "Content-Encoding", "gzip"))
	if page, err := c.Delta(t.Context(), box, "", time.Time{}); err == nil {
		t.Errorf("half an answer: %+v", page)
	}
}

// If twenty messages are too large for one answer, they are read one by one, so
// that huge mail cannot block a mailbox.
func TestAPageThatIsTooLargeComesInParts(t *testing.T) {
	// The data is compressed before the requests, since that takes long, and each
	// part only once: compressed parts can follow each other in one answer.
	zipped := func(text string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		fmt.Fprint(z, text)
		z.Close()
		return b.Bytes()
	}
	begin, more := zipped(`{"value":[`), zipped(`"`+strings.Repeat("x", 1<<20)+`",`)
	var sizes []string
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		_, size, _ := strings.Cut(r.Header.Get("Prefer"), "maxpagesize=")
		sizes = append(sizes, size)
		w.Header().Set("Content-Type", jsonType)
		if size != "1" {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(begin)
			for range 66 {
				w.Write(more)
			}
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"a","isRead":true}],"@odata.nextLink":"`+link+`"}`)
	})
	page, err := c.Delta(t.Context(), box, "", time.Time{})
	if err != nil || len(page.Incomplete) != 1 || page.Next != link || strings.Join(sizes, " ") != "20 1" {
		t.Errorf("page %+v with sizes %q: %v", page, sizes, err)
	}
}

func TestForgottenRoundsAreRecognised(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		link   string
		gone   bool
	}{
		"410":                {says(410, jsonType, `{"error":{"code":"SyncStateNotFound"}}`), link, true},
		"410, empty":         {says(410, "", ``), link, true},
		"404, documents":     {says(404, jsonType, `{"error":{"code":"syncStateNotFound"}}`), link, true},
		"400, invalid":       {says(400, jsonType, `{"error":{"code":"SyncStateInvalid"}}`), link, true},
		"400, resync":        {says(400, jsonType, `{"error":{"code":"resyncRequired"}}`), link, true},
		"400 on a link":      {says(400, jsonType, `{"error":{"code":"BadRequest"}}`), link, true},
		"400 on a new round": {says(400, jsonType, `{"error":{"code":"BadRequest"}}`), "", false},
		"404, no mailbox":    {says(404, jsonType, `{"error":{"code":"ErrorInvalidUser"}}`), link, false},
		"500":                {says(500, jsonType, ``), link, false},
	} {
		client, _, _ := graphOf(t, c.answer)
		_, err := client.Delta(t.Context(), box, c.link, time.Time{})
		if v, _ := fault.Of(err); err == nil || answer.IsGone(err) != c.gone || (c.gone && v != fault.KindRetry) {
			t.Errorf("%s: gone %t, kind %v of %v", name, answer.IsGone(err), v, err)
		}
	}
	if answer.IsGone(nil) || answer.IsGone(io.EOF) {
		t.Error("another error counts as gone")
	}
}
