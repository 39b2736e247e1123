package app_test

import (
	"fmt"
	"regexp"
	"strings"
)

// A program is how a mail program writes an answer: its message ids, and its mail.
type program struct{ id, raw string }

// The mail programs of the people of a thread. None quotes, names or folds as another does.
var (
	outlook = program{"<AM0PR01MB%d@AM0PR01MB0001.eurprd01.prod.outlook.com>", `From: {from}
To: {to}
CC: {cc}
Subject: RE: {subject}
Thread-Topic: {subject}
Message-ID: {id}
References: {references}
In-Reply-To: {answers}
Accept-Language: nl-NL, en-US
Content-Type: text/html; charset="utf-8"

<html><body lang=NL><div class=WordSection1><p class=MsoNormal>{text}<o:p></o:p></p>
<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Van:</b> Kantoor<br>
<b>Verzonden:</b> maandag 23 november 2026 09:00<br><b>Aan:</b> Jan<br><b>Onderwerp:</b> {subject}<o:p></o:p></p></div>
<p class=MsoNormal>Wat eerder geschreven is.<o:p></o:p></p></div></body></html>`}
	gmail = program{"<CAKx=%d+Qw_zz@mail.gmail.com>", `References: {references}
In-Reply-To: {answers}
From: {from}
Message-ID: {id}
Subject: Re: {subject}
To: {to}
Cc: {cc}
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">{text}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">Op ma 23 nov 2026 om
09:00 schreef Kantoor:<br></div><blockquote class="gmail_quote">Wat eerder geschreven is.</blockquote></div>`}
	appleMail = program{"<7C0F-%d-9A1E@bakker.example>", `From: {from}
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Mime-Version: 1.0 (Mac OS X Mail 16.0)
Subject: Re: {subject}
In-Reply-To: {answers}
Cc: {cc}
To: {to}
References: {references}
Message-Id: {id}
X-Mailer: Apple Mail

{text}

> Op 23 nov 2026, om 09:00 heeft Kantoor het volgende geschreven:
>=20
> Wat eerder geschreven is.`}
	thunderbird = program{"<b2c3-%d@elders.example>", `Message-ID: {id}
User-Agent: Mozilla Thunderbird
Subject: Re: {subject}
To: {to}
Cc: {cc}
References: {references}
From: {from}
In-Reply-To: {answers}
Content-Type: text/plain; charset=UTF-8; format=flowed

{text}

Op 23-11-2026 om 09:00 schreef Kantoor:
> Wat eerder geschreven is.`}
	phone = program{"<%d.a1@email.android.com>", `Subject: Re: {subject}
From: {from}
To: {to}
Cc: {cc}
In-Reply-To: {answers}
References: {references}
Message-ID: {id}
Content-Type: text/plain; charset=utf-8

{text}

Verstuurd vanaf mijn telefoon
-------- Oorspronkelijk bericht --------
Van: Kantoor
Aan: Jan
Onderwerp: {subject}

Wat eerder geschreven is.`}
)

// A letter is what somebody outside writes to the office.
type letter struct {
	from, cc, text string
	answers        string   // the In-Reply-To field
	references     []string // without what it answers
}

var emptyField = regexp.MustCompile(`(?m)^[A-Za-z-]+: \r\n`)

// write delivers a mail as a program writes it, and returns its message id.
func (th *thread) write(p program, l letter) (id string) {
	th.T.Helper()
	id = th.id(fmt.Sprintf(p.id, len(th.ids)))
	raw := strings.NewReplacer("{from}", l.from, "{to}", info, "{cc}", l.cc, "{subject}", "Jaarrekening 2025", "{id}", id, "{text}", l.text,
		"{answers}", l.answers, "{references}", strings.Join(l.references, "\n "), "\n", "\r\n").Replace(p.raw)
	th.Send(l.from, []string{info}, proven(l.from)+emptyField.ReplaceAllString(raw, ""))
	return id
}

// play is the thread: to and fro between the office, its client, a colleague of his and an
// adviser, and aside with a bank.
func (th *thread) play() {
	th.T.Helper()
	first := ""
	th.step(1, func() { first = th.write(outlook, letter{from: jan, cc: adviser, text: "Een."}) })
	th.step(2, func() { th.reply("Een.", "reply-all", "Twee.", nil) })
	two := th.received(jan, 1).MessageID
	th.step(3, func() {
		th.write(gmail, letter{from: jan, cc: adviser, text: "Drie.", answers: two, references: []string{first, two}})
	})
	th.step(4, func() {
		th.write(thunderbird, letter{from: adviser, cc: jan, text: "Vier.", answers: two, references: []string{first, two}})
	})
	th.step(5, func() {
		th.reply("Drie.", "forward", "Vijf.", object{"to": []object{{"email": bank}}, "cc": []object{}})
	})
	five := th.received(bank, 1).MessageID
	six := ""
	th.step(6, func() {
		six = th.write(outlook, letter{from: bank, text: "Zes.", answers: five, references: []string{five}})
	})
	th.step(7, func() { th.write(phone, letter{from: bank, text: "Zeven.", references: []string{five, six}}) })
	th.step(8, func() {
		file := th.ask("POST", "/api/uploads?name=balans.csv", "a;b", "upload")["id"]
		th.reply("Drie.", "reply", "Acht.", object{"attachments": []any{file}})
	})
	eight := th.received(jan, 2).MessageID
	th.step(9, func() { // the first and the last of the conversation are left
		th.write(phone, letter{from: privately, text: "Negen.", answers: eight, references: []string{first, eight}})
	})
	eleven := ""
	th.step(11, func() { // of the same second; the answer comes first
		ten := fmt.Sprintf(appleMail.id, len(th.ids)+1)
		eleven = th.write(gmail, letter{from: kees, cc: jan, text: "Elf.", answers: ten, references: []string{first, two, eight, ten}})
		th.write(appleMail, letter{from: jan, cc: kees, text: "Tien.", answers: eight, references: []string{first, two, eight}})
	})
	th.step(12, func() { th.reply("Elf.", "reply-all", "Twaalf.", nil) })
	th.received(kees, 1)
	th.step(13, func() {
		th.alone(func() { th.fromOutlook(info, eleven, "RE: Jaarrekening 2025", jan, kees) })
	})
	thirteen := th.received(jan, 4).MessageID
	th.step(14, func() { th.write(phone, letter{from: jan, text: "Veertien.", answers: strings.Trim(thirteen, "<>")}) })
	th.step(15, func() { th.reply("Veertien.", "reply-all", "Vijftien.", nil) })
	fifteen := th.received(jan, 5).MessageID
	th.step(16, func() {
		th.write(gmail, letter{from: jan, text: "Zestien.", answers: fifteen, references: []string{thirteen, fifteen}})
	})
	th.step(17, func() { th.reply("Zestien.", "reply", "Zeventien.", nil) })
	th.received(jan, 6)
	th.step(18, func() { // to a mail of long ago
		th.write(appleMail, letter{from: kees, cc: jan, text: "Achttien.", references: []string{first, eleven}})
	})
	th.step(19, func() { th.reply("Achttien.", "reply-all", "Negentien.", nil) })
	nineteen := th.received(kees, 3).MessageID
	th.step(20, func() {
		th.write(outlook, letter{from: jan, text: "Twintig.", answers: nineteen, references: []string{first, two, nineteen}})
	})
}

// thread20 is what people see of the thread in the end.
const thread20 = `chat RE: Jaarrekening 2025 open 20
  in jan@bakker.example > [info@kantoor.example] cc [adviseur@elders.example]: Een
  out info@kantoor.example > [jan@bakker.example] cc [adviseur@elders.example]: Twee state sent
  in jan@bakker.example > [info@kantoor.example] cc [adviseur@elders.example]: Drie
  in adviseur@elders.example > [info@kantoor.example] cc [jan@bakker.example]: Vier outside true
  out info@kantoor.example > [loket@bank.example] cc []: Vijf state sent
  in loket@bank.example > [info@kantoor.example] cc []: Zes leg 1 outside true
  in loket@bank.example > [info@kantoor.example] cc []: Zeven leg 1 outside true
  out info@kantoor.example > [jan@bakker.example] cc []: Acht state sent
  in jan.prive@thuis.example > [info@kantoor.example] cc []: Negen
  in jan@bakker.example > [info@kantoor.example] cc [kees@bakker.example]: Tien
  in kees@bakker.example > [info@kantoor.example] cc [jan@bakker.example]: Elf
  out info@kantoor.example > [kees@bakker.example] cc [jan@bakker.example]: Twaalf state sent
  out info@kantoor.example > [jan@bakker.example kees@bakker.example] cc []: Vanuit Outlook via outlook
  in jan@bakker.example > [info@kantoor.example] cc []: Veertien
  out info@kantoor.example > [jan@bakker.example] cc []: Vijftien state sent
  in jan@bakker.example > [info@kantoor.example] cc []: Zestien
  out info@kantoor.example > [jan@bakker.example] cc []: Zeventien state sent
  in kees@bakker.example > [info@kantoor.example] cc [jan@bakker.example]: Achttien
  out info@kantoor.example > [kees@bakker.example] cc [jan@bakker.example]: Negentien state sent
  in jan@bakker.example > [info@kantoor.example] cc []: Twintig
jan@bakker.example got RE: Jaarrekening 2025 to [jan@bakker.example] cc [adviseur@elders.example] answers #0 files 0
jan@bakker.example got RE: Jaarrekening 2025 to [jan@bakker.example] cc [] answers #2 files 1
jan@bakker.example got RE: Jaarrekening 2025 to [kees@bakker.example] cc [jan@bakker.example] answers #9 files 0
jan@bakker.example got RE: Jaarrekening 2025 to [jan@bakker.example kees@bakker.example] cc [] answers #9 files 0
jan@bakker.example got RE: Jaarrekening 2025 to [jan@bakker.example] cc [] answers #13 files 0
jan@bakker.example got RE: Jaarrekening 2025 to [jan@bakker.example] cc [] answers #15 files 0
jan@bakker.example got RE: Jaarrekening 2025 to [kees@bakker.example] cc [jan@bakker.example] answers #17 files 0
kees@bakker.example got RE: Jaarrekening 2025 to [kees@bakker.example] cc [jan@bakker.example] answers #9 files 0
kees@bakker.example got RE: Jaarrekening 2025 to [jan@bakker.example kees@bakker.example] cc [] answers #9 files 0
kees@bakker.example got RE: Jaarrekening 2025 to [kees@bakker.example] cc [jan@bakker.example] answers #17 files 0
adviseur@elders.example got RE: Jaarrekening 2025 to [jan@bakker.example] cc [adviseur@elders.example] answers #0 files 0
loket@bank.example got FW: Jaarrekening 2025 to [loket@bank.example] cc [] answers #2 files 0`
