package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"kantoorpost/shared/mail"
)

type fakeAttachment struct {
	mail.Attachment
	content string
	breaks  bool // after its content
}

func (m *mailboxes) Attachments(ctx context.Context, _, message string) (list []mail.Attachment, err error) {
	for _, p := range m.attachments[message] {
		list = append(list, p.Attachment)
	}
	return list, m.token(ctx)
}

func (m *mailboxes) Text(ctx context.Context, _, message string) (string, error) {
	return m.texts[message], m.token(ctx)
}

func (m *mailboxes) Attachment(ctx context.Context, mailbox, message, id string, w io.Writer) error {
	if err := m.token(ctx); err != nil {
		return err
	}
	for _, p := range m.attachments[message] {
		if p.ID == id && mailbox == box(1).ID {
			_, err := io.WriteString(w, p.content)
			if p.breaks {
				return refused{500, "broke"}
			}
			return err
		}
	}
	return refused{404, "ErrorItemNotFound"}
}

func attachments() []fakeAttachment {
	file := func(id, name, kind, content string) fakeAttachment {
		return fakeAttachment{Attachment: mail.Attachment{ID: id, Kind: mail.AttachedFile, Name: name, ContentType: kind,
			Size: int64(len(content))}, content: content}
	}
	logo := file("a", "logo.png", "image/png", "png")
	logo.Inline = true
	report := file("b", "Jaarrekening é “2025”.pdf", "application/pdf", "%PDF")
	report.Inline = true // some programs set this for every attachment
	other := file("c", "Vraag van Piet", "", "From: piet")
	other.Kind = mail.AttachedItem
	link := file("d", "Map", "", "")
	link.Kind = mail.AttachedLink
	broken := file("h", "half.zip", "", "half")
	broken.breaks = true
	return []fakeAttachment{logo, report, other, link, file("e", "pagina.html", "text/html; charset=utf-8", "<script>"),
		file("f", "foto.JPG", "IMAGE/JPEG; name=foto", "jpg"), file("g", "leeg.txt", "text/plain", ""), broken, file("gone", "weg.txt", "", "")}
}

// The attachments of a mail are listed, and each is sent to be saved, never to
// be shown.
func TestAttachments(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	k.graph.attachments = map[string][]fakeAttachment{"message1": attachments()}
	path := "/api/mails/" + id + "/attachments"
	var got []string
	for _, a := range items(k.ok(t, "editor", "GET "+path, "")) {
		got = append(got, fmt.Sprint(a["n"], " ", a["name"], " ", a["kind"], " ", a["content"]))
	}
	want := []string{
		"1 logo.png file " + path + "/1", "2 Jaarrekening é “2025”.pdf file " + path + "/2", "3 Vraag van Piet.eml item " + path + "/3",
		"4 Map link <nil>",
		"5 pagina.html file " + path + "/5", "6 foto.JPG file " + path + "/6", "7 leeg.txt file " + path + "/7", "8 half.zip file " + path + "/8",
		"9 weg.txt file " + path + "/9",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
	for n, want := range map[int][3]string{
		1: {"image/png", `attachment; filename="logo.png"; filename*=UTF-8''logo.png`, "png"},
		2: {"application/octet-stream",
			`attachment; filename="Jaarrekening _ _2025_.pdf"; filename*=UTF-8''Jaarrekening%20%C3%A9%20%E2%80%9C2025%E2%80%9D.pdf`, "%PDF"},
		3: {"application/octet-stream", `attachment; filename="Vraag van Piet.eml"; filename*=UTF-8''Vraag%20van%20Piet.eml`, "From: piet"},
		5: {"application/octet-stream", `attachment; filename="pagina.html"; filename*=UTF-8''pagina.html`, "<script>"},
		6: {"image/jpeg", `attachment; filename="foto.JPG"; filename*=UTF-8''foto.JPG`, "jpg"},
		7: {"application/octet-stream", `attachment; filename="leeg.txt"; filename*=UTF-8''leeg.txt`, ""},
	} {
		got := k.ok(t, "editor", fmt.Sprint("GET ", path, "/", n), "")
		h := got.header
		if h.Get("Content-Type") != want[0] || h.Get("Content-Disposition") != want[1] || got.text != want[2] {
			t.Errorf("%d: %v %q", n, h, got.text)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") {
			t.Errorf("%d may be shown: %v", n, h)
		}
	}
	for n, want := range map[string]int{"0": 404, "-1": 404, "10": 404, "99999999999999999999": 422, "x": 422, "4": 409} {
		k.answers(t, want, "editor", "GET "+path+"/"+n, "")
	}
}

// A user who may see the mail or its chat can read the attachments; for others
// they do not exist.
func TestWhoSeesAttachments(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "reader")
	k.graph.attachments = map[string][]fakeAttachment{"message1": attachments()}
	// The reader has the chat, the editor the address; a third has neither.
	k.done(t, "POST /api/team-members", `{"name":"Derde","email":"derde@kantoor.nl","rights":"editor","active":true}`)
	k.people["third"] = signedIn(30, "preferred_username", "derde@kantoor.nl")
	for who, want := range map[string]int{"reader": 200, "editor": 200, "manager": 200, "Mails.Read": 200, "third": 404,
		"Chats.ReadWrite": 403, "nobody": 401, "stranger": 403} {
		for _, path := range []string{"/api/mails/" + id + "/attachments", "/api/mails/" + id + "/attachments/2"} {
			k.answers(t, want, who, "GET "+path, "")
		}
	}
	k.answers(t, 404, "manager", "GET /api/mails/nothing/attachments", "") // a mail that is not there
}

// A refusal by the mailbox is reported; a transfer that is interrupted does not
// look like a whole file.
func TestAttachmentsThatCannotBeRead(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	k.graph.attachments = map[string][]fakeAttachment{"message1": attachments()}
	path := "/api/mails/" + id + "/attachments"
	for err, want := range map[error]struct {
		status int
		text   string
	}{
		refused{404, "ErrorItemNotFound"}:    {404, "no longer in its mailbox"},
		refused{403, "ErrorAccessDenied"}:    {502, "ErrorAccessDenied"},
		refused{429, "ApplicationThrottled"}: {503, "later"},
		refused{500, "x"}:                    {503, ""},
	} {
		k.graph.fail = err
		for _, p := range []string{path, path + "/2"} {
			if got := k.call(t, "editor", "GET "+p, ""); got.status != want.status || !strings.Contains(got.text, want.text) {
				t.Errorf("%v: %d %s", err, got.status, got.text)
			}
		}
	}
	k.graph.fail = nil
	got := k.call(t, "editor", "GET "+path+"/9", "")
	if got.status != 200 { // it is empty
		t.Errorf("%d %s", got.status, got.text)
	}
	k.graph.attachments["message1"][8].ID = "moved"
	if got = k.call(t, "editor", "GET "+path+"/9", ""); got.status != 200 {
		t.Errorf("%d %s", got.status, got.text)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header = k.people["editor"]
		k.ServeHTTP(w, r)
	}))
	defer server.Close()
	res, err := http.Get(server.URL + path + "/8")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("half a file looks whole")
	}
	// A mailbox of a removed address is not read.
	k.done(t, "DELETE /api/addresses/box1@kantoor.example", "")
	k.answers(t, http.StatusConflict, "manager", "GET "+path, "")
}

// A file always has a name that shows its extension.
func TestFileNames(t *testing.T) {
	for in, want := range map[string]string{
		"": "bijlage", "..": "bijlage", "../../etc/passwd": "etc_passwd", `C:\x\y.doc`: "C__x_y.doc", " a.pdf ": "a.pdf", ".htaccess": "htaccess",
		"factuur\u202efdp.exe": "factuurfdp.exe", "a\r\nSet-Cookie: x": "a  Set-Cookie_ x", "x\x00y": "xy", "a\xffb.txt": "ab.txt",
		strings.Repeat("x", 300) + ".pdf": strings.Repeat("x", 116) + ".pdf",
	} {
		if got := fileName(mail.Attachment{Name: in}); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Every file that the body does not show is listed, whatever its sender
// declares: no picture of a mail is invisible everywhere.
func TestWhatIsNotShownIsListed(t *testing.T) {
	k := newTalking(t)
	var all []fakeAttachment
	text := `<div style="display:none"><img src="cid:hidden"></div><table background="cid:back"><tr><td style="background:url(cid:style)">` +
		`</table><svg><image href="cid:svg"/></svg><img src="cid:zero" width="0">`
	add := func(name, kind, id string, shown bool) {
		at := mail.Attachment{ID: name, Kind: mail.AttachedFile, Name: name, ContentType: kind, Size: 3, Inline: true, ContentID: id}
		all = append(all, fakeAttachment{Attachment: at, content: "xyz"})
		if shown {
			text += `<img src="cid:` + id + `">`
		}
	}
	var want []string
	listed := func(name, kind, id string, named bool) {
		add(name, kind, id, named)
		want = append(want, name)
	}
	for i := range 30 {
		add(fmt.Sprint("shown", i, ".png"), "image/png", fmt.Sprint("p", i, "@x"), true)
	}
	add("alias.jpg", "IMAGE/JPG; name=x", "alias", true)
	add("old.jpg", "image/pjpeg", "old", true)
	listed("loose.png", "image/png", "loose", false)
	listed("without.png", "image/png", "", false)
	listed("photo.heic", "image/heic", "heic", true)
	listed("scan.tif", "image/tiff", "tiff", true)
	listed("drawing.bmp", "image/bmp", "bmp", true)
	listed("file.pdf", "application/pdf", "pdf", true)
	for _, id := range []string{"hidden", "back", "style", "svg", "zero"} {
		listed(id+".png", "image/png", id, false)
	}
	add("double.png", "image/png", "double", true)
	listed("double2.png", "image/png", "double", false)
	large := fakeAttachment{Attachment: mail.Attachment{ID: "large", Kind: mail.AttachedFile, Name: "large.png", ContentType: "image/png",
		Size: 30 << 20, ContentID: "large"}, content: "large"}
	all, text = append(all, large), text+`<img src="cid:large">`
	k.graph.attachments = map[string][]fakeAttachment{"message1": all}
	id := k.html(t, 1, text)
	names := func() (got []string) {
		for _, a := range items(k.ok(t, "manager", "GET /api/mails/"+id+"/attachments", "")) {
			got = append(got, fmt.Sprint(a["name"]))
		}
		return got
	}
	if got := names(); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	// Pictures that are shown can be read, whatever their size.
	read := 0
	for _, src := range sourcesOf(k.ok(t, "manager", "GET /api/mails/"+id+"/body", "").text) {
		if got := k.call(t, "manager", "GET "+src, ""); got.status == 200 {
			read++
		}
	}
	if read != 30+2+1+1+2 { // hidden ones can be read too
		t.Errorf("%d pictures", read)
	}
	// A mail that is shown as text shows no pictures.
	long := k.html(t, 3, strings.Repeat("<div>", 300)+text)
	k.graph.attachments["message3"] = all
	if n := len(items(k.ok(t, "manager", "GET /api/mails/"+long+"/attachments", ""))); n != len(all) {
		t.Errorf("%d of %d", n, len(all))
	}
}

// Users are warned of files that run when they are opened, by their extension,
// their type, or a name that hides its extension; the files that an office
// receives every day cause no warning.
func TestDangerousAttachments(t *testing.T) {
	for _, name := range []string{
		"a.html", "A.HTM", "a.svg", "a.js", "a.exe", "a.iso", "a.lnk", "a.vbs", "a.docm", "a.XLSM", "a.hta", "a.img", "a.ps1", "a.bat", "a.cmd",
		"a.scr", "a.msi", "a.jar", "a.one", "a.url",
		"factuur.pdf.exe", "factuur.pdf      .exe", "factuur.exe.", "factuur.exe ", "factuur.ex\u200be", "factuur\u202efdp.exe",
		"factuur\u202egpj.doc", "\u2067a.pdf", ".exe.lnk", "a.Settingcontent-MS",
	} {
		if !isDangerous(mail.Attachment{Kind: mail.AttachedFile, Name: name}) {
			t.Errorf("%q is not warned of", name)
		}
	}
	for _, name := range []string{"a.pdf", "a.docx", "a.xlsx", "a.xml", "a.xaf", "a.csv", "a.txt", "a.zip", "a.png", "exe", "", "html",
		"a.exe.pdf", "Jaarrekening B.V. 2025"} {
		if isDangerous(mail.Attachment{Kind: mail.AttachedFile, Name: name, ContentType: "application/octet-stream"}) {
			t.Errorf("%q is warned of", name)
		}
	}
	for kind, want := range map[string]bool{"text/HTML; charset=utf-8": true, "image/svg+xml": true, "application/x-msdownload": true,
		"application/pdf": false, "text/plain": false} {
		if got := isDangerous(mail.Attachment{Kind: mail.AttachedFile, Name: "bijlage", ContentType: kind}); got != want {
			t.Errorf("%s: %v", kind, got)
		}
	}
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	k.graph.attachments = map[string][]fakeAttachment{"message1": attachments()}
	for _, a := range items(k.ok(t, "editor", "GET /api/mails/"+id+"/attachments", "")) {
		bad := a["name"] == "pagina.html"
		if a["dangerous"] != bad || (a["warning"] != nil) != bad {
			t.Errorf("%v", a)
		}
	}
}

func FuzzDisposition(f *testing.F) {
	for _, s := range []string{"a.pdf", `"; x="`, "é\r\n", "\u202e", "%41", strings.Repeat("é", 300), "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean := fileName(mail.Attachment{Name: name})
		header := disposition("attachment", clean)
		if strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q: %q", name, header)
		}
		if strings.ContainsFunc(clean, func(r rune) bool { return !unicode.IsGraphic(r) || r == '/' || r == '\\' }) || clean == "" {
			t.Errorf("%q: %q", name, clean)
		}
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != clean {
			t.Errorf("%q: %s %v, %v", name, header, params, err)
		}
	})
}
