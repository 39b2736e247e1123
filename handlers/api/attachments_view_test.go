package api

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

// Pictures have one path and PDF files another. Each has one media type. Other files are
// not shown, also when they claim such a type.
func TestFilesAreShown(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	file := func(id, name, kind, content string) fakeAttachment {
		return fakeAttachment{Attachment: mail.Attachment{ID: id, Kind: mail.AttachedFile, Name: name, ContentType: kind, Size: 1},
			content: content}
	}
	k.graph.attachments = map[string][]fakeAttachment{"message1": {
		file("a", "foto.png", "image/png", "png"), file("b", "brief.pdf", "application/pdf", "%PDF-1.7 x"),
		file("c", "brief.pdf", "application/octet-stream", "%PDF-1.7 y"),
		file("d", "vals.pdf", "application/pdf", "<script>"), file("e", "x.svg", "image/svg+xml", "<svg>"),
		file("f", "pagina.html", "application/pdf", "%PDF-"),
		file("g", "leeg.pdf", "application/pdf", ""),
	}}
	path := "/api/mails/" + id + "/attachments"
	var views []string
	for _, a := range items(k.ok(t, "editor", "GET "+path, "")) {
		view, _ := a["view"].(string)
		views = append(views, strings.TrimPrefix(view, path))
	}
	if got := strings.Join(views, " "); got != "/1/picture /2/pdf /3/pdf /4/pdf   /7/pdf" {
		t.Errorf("%q", got)
	}
	for at, want := range map[string]string{"/1/picture": "image/png", "/2/pdf": "application/pdf", "/3/pdf": "application/pdf"} {
		got := k.ok(t, "editor", "GET "+path+at, "")
		h := got.header
		if h.Get("Content-Type") != want || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "inline") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
			t.Errorf("%s: %v", at, h)
		}
	}
	for _, at := range []string{"/1/pdf", "/2/picture", "/4/pdf", "/5/picture", "/6/pdf", "/7/pdf"} {
		k.answers(t, http.StatusUnsupportedMediaType, "editor", "GET "+path+at, "")
	}
	k.answers(t, http.StatusNotFound, "reader", "GET "+path+"/1/picture", "") // shown to who may not see the mail
}

// All files of a mail come as one, and a file that breaks off leaves no archive that looks
// whole.
func TestAllFilesInOne(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	files := attachments()[:7]
	files = append(files, files[1]) // a second file of that name
	k.graph.attachments = map[string][]fakeAttachment{"message1": files}
	path := "/api/mails/" + id + "/attachments.zip"
	got := k.ok(t, "editor", "GET "+path, "")
	archive := must.Get(zip.NewReader(strings.NewReader(got.text), int64(len(got.text))))(t)
	var names []string
	for _, f := range archive.File {
		r := must.Get(f.Open())(t)
		content, err := io.ReadAll(r)
		names = append(names, f.Name+"="+string(content))
		if err != nil {
			t.Error(err)
		}
	}
	want := "logo.png=png|Jaarrekening é “2025”.pdf=%PDF|Vraag van Piet.eml=From: " +
		"piet|pagina.html=<script>|foto.JPG=jpg|leeg.txt=|Jaarrekening é “2025” (2).pdf=%PDF"
	if strings.Join(names, "|") != want || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%q\n%v", names, got.header)
	}
	k.graph.attachments["message1"] = attachments() // one breaks off
	server := httptest.NewServer(k.api)
	defer server.Close()
	r, _ := http.NewRequest(http.MethodGet, server.URL+path, nil)
	r.Header = k.people["editor"].Clone()
	res, err := http.DefaultClient.Do(r)
	if err == nil {
		var b []byte
		b, err = io.ReadAll(res.Body)
		if _, whole := zip.NewReader(bytes.NewReader(b), int64(len(b))); whole == nil {
			t.Error("a part looks like all of it")
		}
	}
	if err == nil {
		t.Error("the connection ends as if all had come")
	}
}

// A mail leads to Outlook on the web, and to no other place.
func TestOutlookLink(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	for link, want := range map[string]int{
		"https://outlook.office365.com/owa/?ItemID=x": 200, "https://evil.example/owa/": 409, "http://outlook.office365.com/": 409, "": 409,
		"javascript:alert(1)": 409,
	} {
		k.graph.webLink = link
		got := k.call(t, "editor", "GET /api/mails/"+id+"/outlook", "")
		if got.status != want || want == 200 && got.body["webLink"] != link {
			t.Errorf("%q: %d %v", link, got.status, got.body)
		}
	}
	k.answers(t, http.StatusNotFound, "reader", "GET /api/mails/"+id+"/outlook", "") // told who may not see the mail
}
