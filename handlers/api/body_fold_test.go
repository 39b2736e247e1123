package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// join adds the nth mail, with this content, to a chat.
func (k *talking) join(t *testing.T, in string, it item.Item, content string) string {
	t.Helper()
	folding := mailtext.Fold(it.Message(content), nil)
	it.Shingles = folding.Shingles
	ids, err := k.Items.Ingest(t.Context(), []item.Arrival{{Item: it, Content: content}})
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	kept := must.Get(k.Items.Get(t.Context(), ids[0]))(t)
	c := must.Get(k.Chats.Get(t.Context(), in))(t)
	kept.State, kept.Chat = item.Processed, in
	_, ops := c.Join(kept, chat.Entry{ByMessageID: true})
	must.Do(t, k.Items.Commit(t.Context(), append(ops, kept.Transition(item.New, "")...)...))
	return kept.ID
}

const (
	question = "<div>Beste Anna, wij willen het pand aan de haven verkopen, wat betekent dat voor de belasting en voor de btw op de " +
		"huur?</div><div>Jan</div>"
	// repeated is an answer in a language that no rule knows.
	repeated = "<div>Hai, sudah kami jual.</div>" + question
)

// A mail in a chat is folded when that is asked for: what a program marked as quoted,
// and what stands in an earlier message. Without it the document stays as it was.
func TestQuotedTextOfAChat(t *testing.T) {
	k := newTalking(t)
	first := k.nthMail(1, "Jan")
	first.BodyType, first.Shingles = "html", mailtext.Shingles("html", question)
	in := k.startWith(t, first, question, "Jan", "editor")
	answer := k.nthMail(2, "Kees")
	answer.BodyType = "html"
	second := k.join(t, in, answer, repeated)
	marked := k.nthMail(3, "Jan")
	marked.BodyType = "html"
	third := k.join(t, in, marked,
		`<p>Dank.</p><hr><div id="divRplyFwdMsg"><b>Van:</b> Bo &lt;box1@kantoor.example&gt;<br><b>Verzonden:</b> maandag 2 maart 2026 `+
			`09:12<br><b>Aan:</b> Jan<br><b>Onderwerp:</b> Pand</div><p>Verkoop het.</p>`)
	text := k.nthMail(4, "Jan")
	fourth := k.join(t, in, text, "Ja & nee.\n\nOp ma 2 mrt 2026 om 09:12 schreef Bo <box1@kantoor.example>:\n> Verkoop je?\n> Bo\n")

	body := func(id, query string) string {
		return k.ok(t, "editor", "GET /api/chats/"+in+"/messages/"+id+"/body"+query, "").text
	}
	for _, c := range []struct{ id, query, has string }{
		{in, "?quoted=folded", ""},
		{second, "?quoted=folded", `<div>Hai, sudah kami jual.</div><details><summary lang="nl">… 2 regels</summary><div>Beste Anna`},
		{second, "?quoted=folded&language=en", `<summary lang="en">… 2 lines</summary>`},
		{third, "?quoted=folded", `<p>Dank.</p><details><summary lang="nl">… 5 regels</summary><hr><div><b>Van:</b>`},
		{fourth, "?quoted=folded", "Ja &amp; nee.\n\n</pre><details><summary lang=\"nl\">… 3 regels</summary><pre " +
			"style=\"white-space:pre-wrap;font:inherit\">Op ma"},
		{second, "", ""}, {third, "", ""}, {fourth, "", ""},
	} {
		got := body(c.id, c.query)
		if c.has == "" && strings.Contains(got, "<details") ||
			c.has != "" && (!strings.Contains(got, c.has) || !strings.HasSuffix(got, "</details>")) {
			t.Errorf("%s%s: %s", c.id, c.query, got)
		}
	}
	// Outside its chat only marks count.
	if got := k.ok(t, "manager", "GET /api/mails/"+second+"/body?quoted=folded", "").text; strings.Contains(got, "<details") {
		t.Error(got)
	}
	if got := k.ok(t, "manager", "GET /api/mails/"+third+"/body?quoted=folded", "").text; !strings.Contains(got, "… 5 regels") {
		t.Error(got)
	}
	if got := k.call(t, "editor", "GET /api/chats/"+in+"/messages/"+third+
		"/body?quoted=gone", ""); got.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", got.status, got.text)
	}

	// The earlier messages cost one read.
	count := func(query string) (n int) {
		k.mails.Fault(func(int, *http.Request) wiretest.Fault { n++; return wiretest.Pass })
		defer k.mails.Fault(nil)
		body(third, query)
		return n
	}
	if plain, folded := count(""), count("?quoted=folded"); folded != plain+1 {
		t.Errorf("%d reads without folding, %d with it", plain, folded)
	}
}

// A chat that was merged into another is folded under its old id too.
func TestQuotedTextOfAMergedChat(t *testing.T) {
	k := newTalking(t)
	first := k.nthMail(1, "Jan")
	first.BodyType, first.Shingles = "html", mailtext.Shingles("html", question)
	in := k.startWith(t, first, question, "Jan", "editor")
	answer := k.nthMail(2, "Kees")
	answer.BodyType = "html"
	second := k.join(t, in, answer, repeated)
	into := k.start(t, 3, "Jan", "editor")
	k.ok(t, "manager", "POST /api/chats/"+in+"/merge", `{"into":"`+into+`"}`)
	for _, id := range []string{in, into} {
		if got := k.ok(t, "editor", "GET /api/chats/"+id+"/messages/"+second+"/body?quoted=folded", "").text; !strings.Contains(got,
			"… 2 regels") {
			t.Errorf("in %s: %s", id, got)
		}
	}
}

// A reply of the office counts as earlier, a note does not.
func TestRepliesAreEarlierMessages(t *testing.T) {
	k := newTalking(t)
	in := k.start(t, 1, "Jan", "editor")
	c := must.Get(k.Chats.Get(t.Context(), in))(t)
	at := time.Unix(1_790_000_000+2*3600, 0).UTC()
	reply := chat.Message{ID: item.NewID(in, "reply", at), Kind: chat.KindReply, From: mail.Address{Email: "box1@kantoor.example"},
		Received: at, Shingles: mailtext.Shingles("html", question)}
	_, _, ops := c.Append(reply, false)
	must.Do(t, k.Items.Commit(t.Context(), ops...))
	it := k.nthMail(3, "Jan")
	it.BodyType = "html"
	id := k.join(t, in, it, repeated)
	if got := k.ok(t, "editor", "GET /api/chats/"+in+"/messages/"+id+"/body?quoted=folded", "").text; !strings.Contains(got, "… 2 regels") {
		t.Error(got)
	}
}

// withoutFolds is a document without what folding adds.
var foldMarks = regexp.MustCompile(`<details><summary lang="nl">[^<]*</summary>|</details>`)

// seen is the text of a document, and whether its elements are nested.
func seen(t *testing.T, document string) (text string, nested bool) {
	t.Helper()
	var b strings.Builder
	var open []string
	nested = true
	tokens(document, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		name, _ := z.TagName()
		switch tag := string(name); {
		case kind == xhtml.TextToken:
			b.Write(z.Text())
		case kind == xhtml.StartTagToken && tag == "img":
			b.WriteString("[img]")
		case kind == xhtml.StartTagToken && !voids[tag]:
			open = append(open, tag)
		case kind == xhtml.EndTagToken:
			if n := len(open); n == 0 || open[n-1] != tag {
				nested = false
			} else {
				open = open[:n-1]
			}
		}
		return true
	})
	return strings.Join(strings.Fields(b.String()), " "), nested && len(open) == 0
}

// foldedAt is the document of a mail with a folded part.
func foldedAt(content string, r mailtext.Range) string {
	return safeHTML(content, false, "", []folded{{r, `<details><summary lang="nl">…</summary>`}}).html
}

// Wherever a part starts and ends, nothing is lost, nothing comes twice, and the part
// is one element.
func TestAPartIsFoldedAnywhere(t *testing.T) {
	for _, content := range []string{
		`<div>a<p>b<b>c</b></p></div><table width=3><tr><td>d<div>e</div></td><td>f</td></tr><tr><td><ul><li>g<li>h</ul></table><a ` +
			`href="https://x.example">i<span style="color:red">j</span></a>k<img src="cid:x">`,
		`<p>a<p>b</div></span>c<blockquote>d<blockquote>e</blockquote>f</blockquote><pre>g` + "\n" +
			`h</pre><svg><text>i</text></svg>j<style>p{}</style>k`,
		`<html><body style="margin:0"><center><h1>a</h1><ol><li>b<ol><li>c</ol></ol></center></body></html>d`,
	} {
		places := placesOf(content)
		want, _ := seen(t, safeHTML(content, false, "", nil).html)
		for i, from := range places {
			for _, to := range places[i+1:] {
				for _, rest := range []bool{false, true} {
					if rest && strings.TrimSpace(textOf(content[to:])) != "" {
						continue
					}
					got := foldedAt(content, mailtext.Range{From: from, To: to, Rest: rest})
					text, nested := seen(t, foldMarks.ReplaceAllString(got, ""))
					_, whole := seen(t, got)
					if strings.ReplaceAll(text, " ", "") != strings.ReplaceAll(want, " ", "") || !nested || !whole ||
						strings.Count(got, "<details>") != 1 {
						t.Fatalf("%d to %d, rest %v of %s:\n%s\n%q, want %q", from, to, rest, content, got, text, want)
					}
					if regexp.MustCompile(`<(p|table|tr|ul|ol|pre|a|b|span|h1)\b[^<]*<details>`).MatchString(got) &&
						strings.Contains(got, "<table><details>") {
						t.Fatal(got)
					}
				}
			}
		}
	}
}

// A folded document has the whole text, for every mail and every folded part.
func FuzzFoldedDocument(f *testing.F) {
	f.Add(`<p>Ja.</p><hr><div id="divRplyFwdMsg"><b>Van:</b> a &lt;a@x.example&gt;<br><b>Aan:</b> b</div><p>d`, uint16(3), uint16(9))
	f.Add(`<table><tr><td>Ja.<div class=gmail_attr>Op 2 mrt</div><blockquote type=cite>b<li>c<svg><p>d<td>e<style>f`, uint16(2), uint16(5))
	f.Fuzz(func(t *testing.T, content string, from, to uint16) {
		places := placesOf(content)
		r := mailtext.Range{From: places[int(from)%len(places)], To: places[int(to)%len(places)]}
		if r.From >= r.To {
			return
		}
		r.Rest = !visible(textOf(content[r.To:])) && !strings.Contains(content[r.To:], "<")
		whole := safeHTML(content, false, "", nil).html
		if strings.HasPrefix(whole, "<pre style") {
			return // shown as text
		}
		got := foldedAt(content, r)
		want, _ := seen(t, whole)
		text, nested := seen(t, foldMarks.ReplaceAllString(got, ""))
		if strings.ReplaceAll(text, " ", "") != strings.ReplaceAll(want, " ", "") || !nested || strings.Count(got, "<details>") != 1 {
			t.Errorf("%q, %+v\nfolded %s\nwhole %s", content, r, got, whole)
		}
	})
}

// placesOf are the offsets between the tokens of a mail.
func placesOf(content string) []int {
	places := []int{0}
	tokens(content, func(_ xhtml.TokenType, z *xhtml.Tokenizer) bool {
		places = append(places, places[len(places)-1]+len(z.Raw()))
		return true
	})
	return places
}

// A mail cannot make its own folded parts.
func TestOnlyQuotedTextIsFolded(t *testing.T) {
	if out := shownHTML(`<details><summary>Klik</summary>verborgen</details>`); strings.Contains(out, "<details") ||
		!strings.Contains(out, "verborgen") {
		t.Error(out)
	}
}

// BenchmarkFoldedDocument shows what folding costs for a thread of twenty mails.
func BenchmarkFoldedDocument(b *testing.B) {
	var content strings.Builder
	content.WriteString("<html><body><div class=WordSection1><p class=MsoNormal>Akkoord, doe maar.</p>")
	for n := range 20 {
		fmt.Fprintf(&content, `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Van:</b> a `+
			`&lt;a@x.example&gt;<br><b>Verzonden:</b> %d maart 2026 09:12<br><b>Aan:</b> b<br><b>Onderwerp:</b> c</p></div></div>`, n+1)
		content.WriteString(strings.Repeat("<p class=MsoNormal>Hierbij de stukken van <b>klant</b> 10023, zie de bijlage.</p>", 20))
	}
	it := item.Item{BodyType: "html", Address: "b@kantoor.example", From: mail.Address{Email: "a@x.example"}}
	for name, fold := range map[string]bool{"whole": false, "folded": true} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(content.Len()))
			for b.Loop() {
				var parts []folded
				if fold {
					parts = foldedParts(it, content.String(), "nl", nil)
				}
				safeHTML(content.String(), false, "", parts)
			}
		})
	}
}
