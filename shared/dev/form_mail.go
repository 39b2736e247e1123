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

// A formMail is a mail from the form on the first page.
type formMail struct{ From, To, Subject, Text string }

// stranger is a sender whom the office does not know.
const stranger = "Lisa de Groot <lisa@degrootinterieur.example>"

// example returns a mail that a person has to solve.
func (s *stack) example() formMail {
	return formMail{
		From: stranger, To: "info@" + domain, Subject: "Zoeken jullie nog klanten?",
		Text: "Goedemiddag,\n\nIk begin per januari een eigen zaak en zoek een boekhouder. Kunnen wij kennismaken?\n\nMet vriendelijke " +
			"groet,\nLisa de Groot\nDe Groot Interieur\nTel. 06-12345678",
	}
}

// mail returns it as a message. It fails if the sender is not an address.
func (m formMail) mail() (sim.Envelope, []byte, error) {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return sim.Envelope{}, nil, errors.New("schrijf bij Van een naam met een e-mailadres, zoals " + stranger)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\n",
		from, strings.Map(oneLine, m.To), mime.QEncoding.Encode("utf-8", strings.Map(oneLine, m.Subject)),
		time.Now().Format(time.RFC1123Z), rand.Text(), "elders.example")
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	text := quotedprintable.NewWriter(&b)
	_, err = text.Write([]byte(m.Text))
	err = errors.Join(err, text.Close())
	return sim.Envelope{From: from.Address, To: []string{m.To}}, b.Bytes(), err
}

// oneLine drops characters that would start another header.
func oneLine(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
