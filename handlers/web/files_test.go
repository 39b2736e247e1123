package web

import (
	"testing"

	"kantoorpost/handlers/api/wire"
)

// A picture and a PDF are shown beside their mail, all files come in one, and what is not
// here is found in Outlook.
func TestFilesBesideTheMail(t *testing.T) {
	api := waiting()
	at := "GET /api/mails/" + one + "/attachments"
	const content = "/api/mails/" + one + "/attachments/"
	picture := wire.AttachmentObject{N: 1, Name: `foto "1".png`, Kind: "file", Content: content + "1", View: content + "1/picture"}
	pdf := wire.AttachmentObject{N: 2, Name: "brief.pdf", Kind: "file", Content: content + "2", View: content + "2/pdf"}
	other := wire.AttachmentObject{N: 3, Name: "blad.xlsx", Kind: "file", Content: content + "3"}
	api.answers[at] = wire.ListOf[wire.AttachmentObject]{
		Items: []wire.AttachmentObject{picture, pdf, other, {N: 4, Name: "Map", Kind: "link"}},
	}
	files := func() string { return "/web/mails/" + one + "/files" }
	wants(t, browse(t, api, "GET", files(), "", "HX-Request", "true"), 200,
		`<img src="`+content+`1/picture" alt="foto &#34;1&#34;.png" loading="lazy">`,
		`<iframe src="`+content+`2/pdf" title="brief.pdf" loading="lazy"></iframe>`, "!"+content+"3/",
		`href="/api/mails/`+one+`/attachments.zip"`, `href="/web/mails/`+one+`/outlook"`)
	api.answers[at] = wire.ListOf[wire.AttachmentObject]{Items: []wire.AttachmentObject{other}}
	wants(t, browse(t, api, "GET", files(), "", "HX-Request", "true"), 200, "!attachments.zip", "!/outlook")
	api.answers[at] = Problem{Status: 409}
	wants(t, browse(t, api, "GET", files(), "", "HX-Request", "true"), 200, "Openen in Outlook")

	api.answers["GET /api/mails/"+one+"/outlook"] = map[string]string{"webLink": "https://outlook.office365.com/owa/?ItemID=x"}
	if w := browse(t, api, "GET", "/web/mails/"+one+"/outlook", ""); w.Code != 302 ||
		w.Header().Get("Location") != "https://outlook.office365.com/owa/?ItemID=x" {
		t.Error(w.Code, w.Header())
	}
	m := api.answers["GET /api/mails/"+one].(mailObject)
	m.WhatToDo.NL, m.WhatToDo.EN = "Open het bericht in Outlook", "Open the message in Outlook"
	wants(t, browse(t, api, "GET", "/web/mails/"+one, ""), 200, `href="/web/mails/`+one+`/outlook" target="_blank"`)
}
