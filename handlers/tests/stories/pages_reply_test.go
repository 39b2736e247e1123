package stories_test

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"

	"kantoorpost/handlers/app/apptest"
)

var replyStories = map[string]func(*scene){
	"reply by keys": replyByKeys, "reply without script": replyWithoutScript, "rich reply": richReply, "long thread": longThread,
	"begin":         beginChat,
	"second person": secondPerson,
}

// The modifiers of a key.
// https://chromedevtools.github.io/devtools-protocol/tot/Input#method-dispatchKeyEvent
const control, shift = 2, 8

// chord presses Enter, Tab or a letter, with modifiers.
func (b *tab) chord(key string, modifiers int64) {
	b.t.Helper()
	p := input.DispatchKeyEventParams{Type: "rawKeyDown", Key: key, Code: key, Modifiers: modifiers}
	switch key {
	case "Enter":
		p.WindowsVirtualKeyCode = 13
	case "Tab":
		p.WindowsVirtualKeyCode = 9
	default:
		p.Code, p.WindowsVirtualKeyCode = "Key"+strings.ToUpper(key), int64(strings.ToUpper(key)[0])
	}
	b.call(command(input.DispatchKeyEvent, p))
	p.Type = "keyUp"
	b.call(command(input.DispatchKeyEvent, p))
}

const (
	inEditor = `document.activeElement?.classList.contains("editor")`
	toJan    = "jan.jansen@prive.example"
)

// chatOf links the sender of a mail, and returns the id of the chat that begins.
func (s *scene) chatOf(subject, contact string) string {
	s.Must("POST", "/api/mails/"+s.ID(subject)+"/solve", object{"action": "link-contact", "contact": s.contact(contact)})
	return s.Mail(subject)["chat"].(string)
}

// atOnce lets replies leave without a moment in which they can be taken back.
func (s *scene) atOnce() { s.Must("PUT", "/api/settings", object{"enabled": true, "hold": 0}) }

// A client is answered without a mouse: read, written, taken back, sent.
func replyByKeys(s *scene) {
	chat := s.chatOf(stukken, "jan")
	s.Must("PUT", "/api/settings", object{"enabled": true, "hold": 60}) // the longest: slow machines take a reply back as well
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/chats")
	b.sees(stukken)
	b.keys("j\r")
	b.until("the chat, seen", `document.querySelector("[data-mail][data-seen]")`+` !== null`)
	b.keys("r")
	b.until("the cursor in the text", inEditor)
	b.keys("Dag Jan, dank voor de stukken.")
	b.until("the draft is saved", `/\d\d:\d\d/.test(document.querySelector("#saved").textContent)`)
	b.shot("reply-written")
	b.chord("Enter", control)
	b.until("the hold", `document.querySelector(".toast[data-seconds] button.link") !== null && !document.querySelector("[data-compose]")`)
	b.until("its state in the thread", `document.querySelector(".reply-state.held") !== null`)
	b.shot("reply-held")
	b.keys("u") // at once, also while the page is new
	b.until("the text is a draft again", inEditor+` && document.activeElement.textContent.includes("dank voor de stukken")`)
	s.atOnce()
	b.keys("Tot ziens. ")
	b.chord("Enter", control)
	b.until("the form is gone", `!document.querySelector("[data-compose]")`)
	s.Drain()
	b.until("it was sent", `document.querySelector(".message.out .clip[title]") !== null || document.querySelector(".reply-state.sent") `+
		`!== null`)
	b.shot("reply-sent")
	got := s.Tenant.OutsideItems(toJan)
	if len(got) != 1 || !strings.Contains(got[0].Text+got[0].HTML, "Tot ziens. Dag Jan, dank voor de stukken.") ||
		!strings.HasPrefix(got[0].Subject, "RE: ") && !strings.HasPrefix(got[0].Subject, "Re: ") {
		b.t.Errorf("%d mails outside: %+v", len(got), got)
	}
	// The chat is closed by a key, too.
	b.until("keys are heard", `document.querySelector("[data-mail][data-seen]") !== null`)
	b.keys("e")
	b.sees(b.text("chats.closed"))
	if state := s.Must("GET", "/api/chats/"+chat, nil)["state"]; state != "closed" {
		b.t.Error(state)
	}
	b.keys("u")
	b.sees(b.text("chats.opened"))
	b.handsOnKeys()
	b.stopped()
}

// handsOnKeys does with an open chat what needs no mouse: each key leads to where the
// next one is heard.
func (b *tab) handsOnKeys() {
	b.t.Helper()
	closed := `!document.querySelector(".writing") && document.activeElement.matches("[data-mail]")`
	b.keys("/")
	b.until("the search", `document.activeElement.id === "search"`)
	b.keys("stukken\r")
	b.until("what was found", `document.activeElement.matches("[data-list] a")`)
	b.keys("f")
	b.until("the cursor where a forward goes", `document.activeElement.id === "write-to"`)
	b.keys(kb.Escape)
	b.until("the form is closed", closed)
	b.keys("n")
	b.until("the cursor in the note", `document.activeElement.name === "body"`)
	b.keys("half een not")
	b.keys(kb.Escape)
	b.until("the note is closed", closed)
	b.keys("n")
	b.until("the note as it was", `document.activeElement.value === "half een not"`)
	b.keys(kb.Escape)
	b.until("the note is closed", closed)
	b.keys("a") // there is nobody else: it answers the sender
	b.until("the cursor in the text", inEditor)
	b.chord("Tab", shift)
	b.until("the tools are one stop", `document.activeElement.dataset.format === "bold"`)
	b.chord("Tab", shift)
	b.until("the subject", `document.activeElement.name === "subject"`)
	b.keys(kb.Tab + kb.Tab)
	b.until("the text", inEditor)
	b.keys("Tot morgen.")
	b.chord("Enter", control|shift)
	b.until("sent, and the chat closed", `!document.querySelector("[data-compose]") && !document.querySelector("[data-key=e]")`)
}

// stopped finds what the policy of the page stopped, and errors of its scripts.
func (b *tab) stopped() {
	b.t.Helper()
	for _, complaint := range b.complaints() {
		if strings.Contains(complaint, "Content Security Policy") || strings.Contains(complaint, "exception") {
			b.t.Error(complaint)
		}
	}
}

// Without script a reply is plain text, and what the office asks back loses nothing.
func replyWithoutScript(s *scene) {
	chat := s.chatOf(stukken, "jan")
	s.atOnce()
	b := s.as("anna@" + apptest.Domain)
	b.withoutScript()
	b.open("/web/chats/" + chat)
	b.click(b.text("write.mode.reply"))
	b.fill(b.text("write.text"), "Zie de bijlage <b>.")
	b.click(b.text("write.send"))
	b.sees(b.text("write.confirm"))
	if text, err := eval[string](b, `document.querySelector("[name=text]").value`); err != nil || text != "Zie de bijlage <b>." {
		b.t.Error(err, text)
	}
	b.click(b.text("write.send-anyway"))
	b.until("the form is gone", `!document.querySelector("[name=text]")`)
	s.Drain()
	got := s.Tenant.OutsideItems(toJan)
	if len(got) != 1 || !strings.Contains(got[0].Text+got[0].HTML, "Zie de bijlage &lt;b&gt;.") {
		b.t.Errorf("%d mails outside: %+v", len(got), got)
	}
	// A note is another form, and stays inside.
	b.click(b.text("write.mode.note"))
	b.fill(b.text("write.mode.note"), "Alleen voor ons.")
	b.click(b.text("chats.write"))
	b.sees("Alleen voor ons.")
	s.Drain()
	if n := len(s.Tenant.OutsideItems(toJan)); n != 1 {
		b.t.Errorf("%d mails outside after a note", n)
	}
}

// What is pasted from Excel and from a screen leaves as a table and a picture.
func richReply(s *scene) {
	chat := s.chatOf(stukken, "jan")
	s.atOnce()
	b := s.as("anna@" + apptest.Domain)
	b.complaints()
	b.open("/web/chats/" + chat + "/write?mode=reply")
	b.until("the cursor in the text", inEditor)
	b.chord("b", control)
	b.keys("Let op:")
	b.chord("b", control)
	const sheet = `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta name=Generator content="Microsoft Excel 15"><link ` +
		`rel=Main-File href="file:///C:/clip.htm"><style><!--table {mso-displayed-decimal-separator:",";} ` +
		`td {position:fixed} --></style></head>` +
		"<body><table width=128 style='border-collapse:collapse;width:96pt'><!--StartFragment--> <col width=64 span=2 style='width:48pt'> <tr " +
		"height=20 style='height:15.0pt'><td class=xl65 x:num style='height:15.0pt;position:fixed' onclick='alert(1)'>Btw</td> <td " +
		`align=right>21<span style='mso-spacerun:yes'> </span><script>alert(1)<\/script></td></tr><!--EndFragment--></table><img ` +
		"src='https://elders.example/p.png'></body></html>"
	paste := func(js string) {
		if _, err := eval[bool](b, `(() => { const d = new DataTransfer(); `+js+
			`; document.querySelector(".editor").dispatchEvent(new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true `+
			`})); return true })()`); err != nil {
			b.fail("pasting", err)
		}
	}
	paste(`d.setData("text/html", ` + "`" + sheet + "`" + `); d.setData("text/plain", "Btw 21")`)
	b.until("the table in the text", `document.querySelector(".editor td") !== null`)
	b.keys("Eronder")
	paste(`d.items.add(new File([Uint8Array.from(atob("` + drawing(4, 4) +
		`"), (c) => c.charCodeAt(0))], "scherm.png", { type: "image/png" }))`)
	b.until("the picture in the text", `document.querySelector(".editor img")?.naturalWidth === 4`)
	b.until("the draft is saved", `/\d\d:\d\d/.test(document.querySelector("#saved").textContent)`)
	b.shot("reply-rich")
	// What was written is there on another device.
	other := s.as("anna@" + apptest.Domain)
	other.open("/web/chats/" + chat + "/write")
	other.until("the draft", `document.querySelector(".editor b")?.textContent === "Let op:" && document.querySelector(".editor `+
		`img")?.naturalWidth === 4 && document.querySelector(".editor td")?.textContent === "Btw"`)
	b.click(b.text("write.send"))
	b.until("the form is gone, or a question", `!document.querySelector("[data-compose]") || document.querySelector("dialog[open]")`)
	s.Drain()
	got := s.Tenant.OutsideItems(toJan)
	if len(got) != 1 || !strings.Contains(got[0].HTML, "<b>Let op:</b>") ||
		!strings.Contains(got[0].HTML, `<td>Btw</td><td align="right">21`) ||
		!strings.Contains(got[0].HTML, "</table><div>Eronder") || strings.Contains(got[0].HTML, "mso-") ||
		strings.Contains(got[0].HTML, "fixed") ||
		strings.Contains(got[0].HTML, "elders.example") || strings.Contains(got[0].HTML, "onclick") || len(got[0].Attachments) != 1 {
		b.t.Errorf("%d mails outside: %+v", len(got), got)
	}
	b.stopped()
	other.stopped()
}

// A conversation of twenty mails that nobody has read fits on a few screens: each is
// as high as what it says, and nothing scrolls by itself.
func longThread(s *scene) {
	chat := s.chatOf(stukken, "jan")
	first := "<" + strings.ToLower(strings.ReplaceAll(stukken, " ", "-")) + "@elders.example>"
	for i := range 19 {
		raw := apptest.RawMail("Jan Jansen <"+toJan+">", "info@"+apptest.Domain, "Re: "+stukken, fmt.Sprint("lang-", i), "References: "+first)
		s.Send(toJan, []string{"info@" + apptest.Domain},
			strings.Replace(raw, "Zie het onderwerp.", fmt.Sprintf("Bericht %d.\r\n\r\nGroet,\r\nJan", i), 1))
	}
	s.Tick()
	b := s.as("anna@" + apptest.Domain)
	b.look("light", 1280)
	b.open("/web/chats/" + chat)
	b.until("all letters are measured", `document.querySelectorAll(".message").length === 20`)
	// Each letter is scrolled to, and takes the height of what it shows.
	for i := range 20 {
		frame := fmt.Sprintf(`document.querySelectorAll(".message iframe")[%d]`, 19-i)
		b.until("a letter that is scrolled to", "("+frame+`.scrollIntoView({ block: "center" }), `+frame+
			`.style.getPropertyValue("--height") !== "")`)
	}
	height, err := eval[int](b, `document.querySelector(".thread").offsetHeight`)
	b.must(err)
	open, err := eval[int](b, `document.querySelectorAll(".message details[open]").length`)
	b.must(err)
	b.t.Logf("a thread of 20 unread mails is %d px high, %d of them open", height, open)
	if perMail := height / 20; perMail > 330 {
		b.t.Errorf("a mail takes %d px", perMail)
	}
	b.shot("thread-unread")
	// Once it was read, each but the last is one line.
	b.until("it was read", `performance.getEntriesByName(document.querySelector("[data-read]")?.action ?? "").length > 0`)
	b.open("/web/chats/" + chat)
	b.until("one letter is open",
		`document.querySelectorAll(".message").length === 20 && document.querySelectorAll(".message details[open]").length === 1`)
	lines, err := eval[int](b, `document.querySelector(".thread").offsetHeight`)
	b.must(err)
	b.t.Logf("read, it is %d px high", lines)
	if lines > 1400 {
		b.t.Errorf("19 letters that are closed and one that is open take %d px", lines)
	}
	b.shot("thread-read")
	// On paper it is whole, with moments that still say something in a year.
	_, err = eval[bool](b, `window.print = () => { dispatchEvent(new Event("beforeprint"));
		window.paper = [...document.querySelectorAll(".message iframe")]
		.filter((f) => f.offsetHeight > 30 && f.contentDocument.body.textContent.trim()).length; dispatchEvent(new Event("afterprint")) }, true`)
	b.must(err)
	b.chord("p", control)
	b.until("all mails are on paper", `window.paper === 20`)
	b.until("they are folded again", `document.querySelectorAll(".message details[open]").length === 1`)
	b.call(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	b.until("dates on paper",
		`[...document.querySelectorAll(".message time")].every((t) => getComputedStyle(t, "::after").content.includes("20"))`)
}

// The office begins a conversation, and the client gets it.
func beginChat(s *scene) {
	s.atOnce()
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/chats")
	b.click(b.text("write.mode.new"))
	b.fill(b.text("new.who"), "jan")
	b.click("Bakkerij Jansen")
	b.until("the editor", `document.querySelector(".editor") !== null`)
	b.fill(b.text("write.subject"), "Afspraak over de jaarrekening")
	b.press("the text", `document.querySelector(".editor")`)
	b.keys("Schikt dinsdag?")
	b.shot("begin")
	b.click(b.text("write.send"))
	b.until("the chat, or a question", `document.querySelector(".message.out") !== null || document.querySelector("dialog[open]") !== null`)
	s.Drain()
	got := s.Tenant.OutsideItems("jan@bakker.example")
	if len(got) != 1 || got[0].Subject != "Afspraak over de jaarrekening" {
		b.t.Errorf("%+v", got)
	}
}

// A reply that needs a second person waits until one approves it.
func secondPerson(s *scene) {
	chat := s.chatOf(stukken, "jan")
	admin := s.as(apptest.Admin)
	admin.open("/web/settings/sending")
	admin.fill(admin.text("sending.words"), "aangifte")
	admin.fill(admin.text("sending.hold"), "0")
	admin.click(admin.text("settings.save"))
	admin.sees(admin.text("sending.saved"))
	admin.shot("sending")
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/chats/" + chat + "/write?mode=reply")
	b.until("the cursor in the text", inEditor)
	b.keys("De aangifte is klaar.")
	b.chord("Enter", control)
	b.until("it waits", `document.querySelector(".reply-state.approval") !== null`)
	s.Drain()
	if n := len(s.Tenant.OutsideItems(toJan)); n != 0 {
		b.t.Errorf("%d mails left", n)
	}
	c := s.as(carla)
	c.open("/web/replies")
	c.sees("De aangifte is klaar.")
	c.shot("outgoing")
	c.click(c.text("replies.approve"))
	c.sees(c.text("replies.approved"))
	s.Drain()
	if n := len(s.Tenant.OutsideItems(toJan)); n != 1 {
		b.t.Errorf("%d mails left", n)
	}
}
