package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"kantoorpost/shared/sim"
)

// A letter is a mail that somebody writes on the first page.
type letter struct{ From, To, Subject, Text string }

// stranger is a writer whom the office does not know.
const stranger = "Lisa de Groot <lisa@degrootinterieur.example>"

// example is a letter that has something to be solved.
func (s *stack) example() letter {
	return letter{
		From: stranger, To: "info@" + domain, Subject: "Zoeken jullie nog klanten?",
		Text: "Goedemiddag,\n\nIk begin per januari een eigen zaak en zoek een boekhouder. Kunnen wij kennismaken?\n\nMet vriendelijke groet,\nLisa de Groot\nDe Groot Interieur\nTel. 06-12345678",
	}
}

// mail is the letter as it goes over the wire. Errors: a sender that is no
// address.
func (l letter) mail() (sim.Envelope, []byte, error) {
	from, err := mail.ParseAddress(l.From)
	if err != nil {
		return sim.Envelope{}, nil, errors.New("schrijf bij Van een naam met een e-mailadres, zoals " + stranger)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\n",
		from, strings.Map(oneLine, l.To), mime.QEncoding.Encode("utf-8", strings.Map(oneLine, l.Subject)),
		time.Now().Format(time.RFC1123Z), rand.Text(), "elders.example")
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	text := quotedprintable.NewWriter(&b)
	_, err = text.Write([]byte(l.Text))
	err = errors.Join(err, text.Close())
	return sim.Envelope{From: from.Address, To: []string{l.To}}, b.Bytes(), err
}

// oneLine drops what would begin another header.
func oneLine(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
