package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// An officeMail is a mail of the office before it is encoded as MIME.
type officeMail struct {
	message     *Message
	mailFrom    string      // of the envelope; by default the author's address
	program     MailProgram // of a contact who answers
	contentType string      // of a body that is written as it is
}

// mails returns the mail of the last weeks, oldest first.
func (w officeWords) mails(now time.Time) []Mail {
	list := w.mixed("machines", "colleagues", "threads", "clients", "strangers")
	all := make([]Mail, len(list))
	for i, sent := range workingHours(now, len(list)) {
		list[i].message.Sent = sent
		all[i] = list[i].write()
	}
	for _, file := range []string{"annual-accounts", "payroll"} {
		all = append(all, w.conversation(file, now)...)
	}
	slices.SortStableFunc(all, func(a, b Mail) int { return a.Envelope.At.Compare(b.Envelope.At) })
	return all
}

// mixed distributes the mails of each file evenly among the others, in their own
// order. The last mail is the last one of the last file.
func (w officeWords) mixed(files ...string) []officeMail {
	type placed struct {
		officeMail
		at float64
	}
	var all []placed
	for _, file := range files {
		list := w.file(file)
		for i, m := range list {
			m.message.InternetMessageID = cmp.Or(m.message.InternetMessageID,
				fmt.Sprintf("<letter-%d@%s>", len(all)+1, domainOf(m.message.From.EmailAddress.Address)))
			all = append(all, placed{m, float64(i+1) / float64(len(list))})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	mails := make([]officeMail, len(all))
	for i, m := range all {
		mails[i] = m.officeMail
	}
	return mails
}

// workingHours returns the times before today at which people write mail: three on
// each working day, oldest first.
func workingHours(now time.Time, n int) []time.Time {
	moments := make([]time.Time, n)
	slots := []time.Duration{15*time.Hour + 52*time.Minute, 11*time.Hour + 14*time.Minute, 8*time.Hour + 41*time.Minute}
	day := now.UTC().Truncate(24 * time.Hour)
	for i := range n {
		if i%len(slots) == 0 {
			day = day.AddDate(0, 0, -1)
			for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
				day = day.AddDate(0, 0, -1)
			}
		}
		moments[n-1-i] = day.Add(slots[i%len(slots)])
	}
	return moments
}

// conversation writes a file's mails, each of which answers the one before it, oldest
// first.
func (w officeWords) conversation(file string, now time.Time) (all []Mail) {
	const every = 3 // one mail in so many of the office's moments
	list := w.file(file)
	moments := workingHours(now, every*len(list))
	var last Message
	for i, o := range list {
		m := o.message
		m.Sent = moments[i*every].Add(time.Duration(7+i) * time.Minute)
		m.InternetMessageID = fmt.Sprintf("<%s-%d@%s>", file, i+1, domainOf(m.From.EmailAddress.Address))
		switch text := m.Body.Content; {
		case i == 0:
		case o.program == "": // a colleague
			m.follow(&last, toAll, m.Sent)
			m.Body = quoteStyle{dutch, amsterdam()}.body(text, &last)
			m.quoteAttachments(&last, toAll, false, m.Sent)
		default:
			m.follow(&last, toSender, m.Sent)
			m.ConversationIndex = nil
			o.program.write(m, &last, text)
		}
		mail := o.write()
		mail.Envelope.Sent = o.program == ""
		last = parseMail(mail.Raw, Envelope{}, m.Sent)
		all = append(all, mail)
	}
	return all
}

// file reads the mails of a file, between which are lines of "=". Each begins with its
// header, and ends with its page in HTML if it has one.
func (w officeWords) file(name string) (list []officeMail) {
	for source := range strings.SplitSeq(w.read(name+".txt"), "====\n") {
		h, start := splitMail([]byte(source))
		text, page, _ := strings.Cut(source[start:], "---- html ----\n")
		m := &Message{To: recipients(h, "To", ""), Cc: recipients(h, "Cc", ""), Subject: h.get("Subject"), Importance: "normal",
			InternetMessageID: h.get("Message-ID"), References: strings.Fields(h.get("References")),
			Body: Body{ContentType: "text", Content: text}}
		m.From, _ = authors(h, "")
		if n := len(m.References); n > 0 {
			m.InReplyTo = m.References[n-1]
		}
		if page != "" {
			m.Plain, m.Body = text, Body{ContentType: "html", Content: page}
		}
		if strings.Contains(page, "cid:logo") {
			m.Attachments = []Attachment{{Name: "logo.png", ContentType: "image/png", Content: logo(), IsInline: true, ContentID: "logo"}}
		}
		for _, f := range h {
			switch {
			case f.name == "File":
				m.Attachments = append(m.Attachments, officeFile(f.value))
			case strings.HasPrefix(f.name, "List-"), f.name == "Precedence", f.name == "Auto-Submitted", f.name == "X-Auto-Response-Suppress":
				m.Headers = append(m.Headers, Header{f.name, f.value})
			}
		}
		list = append(list, officeMail{message: m, mailFrom: cmp.Or(h.get("Envelope-From"), m.From.EmailAddress.Address),
			program: MailProgram(h.get("Program")), contentType: h.get("Content-Type")})
	}
	return list
}

// officeFile makes an attachment of "name = content": a document with one line, or a
// table with " / " between its lines.
func officeFile(value string) Attachment {
	name, content, _ := strings.Cut(value, " = ")
	if strings.HasSuffix(name, ".csv") {
		return Attachment{Name: name, ContentType: "text/csv; charset=utf-8",
			Content: []byte(strings.ReplaceAll(content, " / ", "\r\n") + "\r\n")}
	}
	return Attachment{Name: name, ContentType: "application/pdf", Content: pdf(content)}
}

// write encodes the mail, with its envelope.
func (o officeMail) write() Mail {
	m := o.message
	env := Envelope{From: strings.Trim(o.mailFrom, "<>"), At: m.Sent}
	for _, r := range slices.Concat(m.To, m.Cc) {
		env.To = append(env.To, r.EmailAddress.Address)
	}
	if o.contentType == "" {
		return Mail{Envelope: env, Raw: m.compose()}
	}
	head := textproto.MIMEHeader{"Content-Type": {o.contentType}}
	return Mail{Envelope: env, Raw: m.composeAs(entity{head: head, body: []byte(strings.ReplaceAll(m.Body.Content, "\n", "\r\n"))})}
}

// pdf returns a document of one page with one line.
func pdf(line string) []byte {
	line = strings.Map(func(r rune) rune {
		if r > '~' || strings.ContainsRune(`\()`, r) {
			return '-'
		}
		return r
	}, line)
	stream := fmt.Sprintf("BT /F1 14 Tf 60 760 Td (%s) Tj ET", line)
	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.4\n")
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(stream), stream),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	b.WriteString("xref\n0 6\n0000000000 65535 f \n")
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}

// logo returns a small picture.
func logo() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 48, 16))
	for x := range 48 {
		for y := range 16 {
			picture.Set(x, y, color.RGBA{R: uint8(30 + 4*x), G: 90, B: uint8(200 - 8*y), A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil // this cannot happen: it is written to memory
	}
	return b.Bytes()
}
