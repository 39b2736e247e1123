package stories_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"

	"kantoorpost/handlers/app/apptest"
)

// drawing is a picture of a size, in base64.
func drawing(width, height int) string {
	m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{0x1a, 0x73, 0xe8, 0xff}, color.White})
	for i := range m.Pix {
		m.Pix[i] = uint8(i / width / 20 % 2)
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // to memory
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// What came with a mail is listed beside it, its pictures stand in it, and those
// that are kept elsewhere are not asked for before somebody wants them.
func mailText(s *scene) {
	const subject, elsewhere = "Foto en factuur", "https://pictures.example/pixel.gif"
	part := func(head, content string) string { return "\r\n--b\r\n" + head + "\r\n\r\n" + content }
	picture := func(name, kind, id, content string) string {
		return part("Content-Type: "+kind+"; name="+name+"\r\nContent-ID: <"+id+">\r\nContent-Disposition: inline; filename="+name+
			"\r\nContent-Transfer-Encoding: base64", content)
	}
	s.Send("bo@vos.example", []string{"info@" + apptest.Domain},
		"From: Bo Vos <bo@vos.example>\r\nTo: info@"+apptest.Domain+"\r\nSubject: "+subject+"\r\nMessage-ID: <mailtext@vos.example>\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"+
			part("Content-Type: text/html; charset=utf-8",
				`<p>Hierbij de foto: <img src="cid:foto" alt="foto"><img src="`+elsewhere+`" alt=""></p>`+strings.Repeat("<p>Nog een regel.</p>", 60))+
			picture("foto.png", "image/jpg", "foto", drawing(300, 200))+picture("scan.tif", "image/tiff", "scan", "SUkqAA==")+picture("los.png",
			"image/png", "los", drawing(3, 3))+
			part("Content-Type: application/pdf; name=factuur.pdf\r\nContent-Disposition: attachment; filename=factuur.pdf", "%PDF-1.4")+
			part("Content-Type: application/octet-stream; name=factuur.pdf.exe\r\nContent-Disposition: attachment; filename=factuur.pdf.exe",
				"MZ")+"\r\n--b--\r\n")
	s.Tick()
	b := s.as(carla)
	b.complaints()
	b.open("/web/mails/" + s.ID(subject))
	b.sees("factuur.pdf")
	b.sees("scan.tif")
	b.sees("los.png")
	b.seesNot("foto.png")
	const frame = `document.querySelector("iframe").contentDocument`
	b.until("the picture in its place", frame+`.images[0].naturalWidth === 300`)
	// Nothing that stands in the mail runs, though it has the origin of the page.
	runs, err := eval[bool](b, `(() => { const s = `+frame+`.createElement("script"); s.textContent = "parent.ran = true"; `+frame+
		`.body.append(s); return !!window.ran; })()`)
	if b.must(err); runs {
		b.t.Error("a script runs in a mail")
	}
	for _, complaint := range b.complaints() {
		if !strings.Contains(complaint, "Blocked script execution") {
			b.t.Error(complaint)
		}
	}
	b.shot("mails-attachments")
	b.look("light", 500) // where it is below the solutions
	b.until("a mail as high as what it says", `(() => { const f = document.querySelector("iframe"), page = `+frame+
		`.documentElement; return page.scrollHeight <= f.clientHeight && f.clientHeight > 1500; })()`)
	b.look("light", 1280)

	body := "/api/mails/" + s.ID(subject) + "/body"
	b.click(b.text("app.pictures"))
	b.until("the pictures that are kept elsewhere",
		`[...`+frame+`.images].some((i) => i.src === `+quote(elsewhere)+`) && `+frame+`.images[0].naturalWidth === 300`)
	code, text := s.Call(carla, "GET", body, "")
	if code != http.StatusOK || strings.Contains(text, "data:image") || strings.Contains(text, elsewhere) {
		b.t.Errorf("%d %s", code, fmt.Sprintf("%.500s", text))
	}
}

// What a mail repeats of an earlier one is folded; a person opens it, and the page
// makes room for it.
func foldedMail(s *scene) {
	const subject = "RE: Jaarrekening"
	s.Send("bo@vos.example", []string{"info@" + apptest.Domain},
		"From: Bo Vos <bo@vos.example>\r\nTo: info@"+apptest.Domain+"\r\nSubject: "+subject+
			"\r\nMessage-ID: <folded@vos.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+
			`<p>De jaarrekening klopt.</p><hr><div id="divRplyFwdMsg"><b>Van:</b> Info &lt;info@`+apptest.Domain+
			`&gt;<br><b>Verzonden:</b> maandag 2 maart 2026 09:12<br>`+
			`<b>Aan:</b> Bo Vos<br><b>Onderwerp:</b> Jaarrekening</div>`+strings.Repeat("<p>Nog een regel.</p>", 60))
	s.Tick()
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(subject))
	b.look("light", 500) // where the mail is as high as what it says
	const frame = `document.querySelector("iframe").contentDocument`
	count := map[string]string{"nl": "… 64 regels", "en": "… 64 lines"}[s.lang]
	b.until("the mail without what it repeats", `(() => { const f = document.querySelector("iframe"), page = `+frame+`;
		return page?.querySelector("summary")?.textContent === `+quote(count)+
		` && f.clientHeight < 400 && page.documentElement.scrollHeight <= f.clientHeight; })()`)
	b.shot("mails-folded")
	_, err := eval[bool](b, `(`+frame+`.querySelector("summary").click(), true)`)
	b.must(err)
	b.until("all of the mail", `(() => { const f = document.querySelector("iframe"); return f.clientHeight > 1500 && `+frame+
		`.documentElement.scrollHeight <= f.clientHeight; })()`)
}
