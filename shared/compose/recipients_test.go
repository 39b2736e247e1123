package compose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

func addresses(text string) (list []mail.Address) {
	for _, email := range strings.Fields(text) {
		list = append(list, mail.Address{Email: email})
	}
	return list
}

func text(list []mail.Address) string {
	var emails []string
	for _, a := range list {
		emails = append(emails, a.Email)
	}
	return strings.Join(emails, " ")
}

// office says that info@ and its alias post@, and anna@, are the office's own.
func office(email string) bool {
	return slices.Contains([]string{"info@kantoor.example", "post@kantoor.example", "anna@kantoor.example"}, strings.ToLower(email))
}

func TestRecipients(t *testing.T) {
	const jan, info = "jan@bakker.example", "info@kantoor.example"
	for _, c := range []struct {
		name, from, replyTo, to, cc string
		sent                        bool
		mode                        outbox.Mode
		wantTo, wantCc, want        string // want: the warnings, and "all" when answering all differs
	}{
		{"sender", jan, "", info, "", false, outbox.ModeReply, jan, "", ""},
		{"sender only", jan, "", info + " piet@bakker.example", "els@bank.example", false, outbox.ModeReply, jan, "", "all"},
		{"everybody", jan, "", info + " piet@bakker.example", "els@bank.example", false, outbox.ModeReplyAll, jan + " piet@bakker.example",
			"els@bank.example", "all"},
		{"own addresses and aliases in capitals", jan, "", "INFO@Kantoor.example anna@kantoor.example", "Post@kantoor.example els@bank.example",
			false,
			outbox.ModeReplyAll, jan, "els@bank.example", "all"},
		{"a colleague without activated address stays", jan, "", info, "bram@kantoor.example", false, outbox.ModeReplyAll, jan,
			"bram@kantoor.example", "all"},
		{"nobody twice", jan, "", info + " JAN@bakker.example piet@bakker.example", "piet@bakker.example jan@bakker.example", false,
			outbox.ModeReplyAll, jan + " piet@bakker.example", "", "all"},
		{"Bcc", jan, "", "piet@bakker.example", "els@bank.example", false, outbox.ModeReplyAll, jan, "", "bcc"},
		{"own address in Cc is no Bcc", jan, "", "piet@bakker.example", info, false, outbox.ModeReplyAll, jan + " piet@bakker.example",
			"", "all"},
		{"Reply-To of the same domain", jan, "administratie@bakker.example", info, "", false, outbox.ModeReply, "administratie@bakker.example",
			"", ""},
		{"Reply-To of another domain", jan, "jan@elders.example", info, "", false, outbox.ModeReply, jan, "", "reply-to"},
		{"Reply-To at the same provider", "jan@gmail.com", "jan.bakker@gmail.com", info, "", false, outbox.ModeReply, "jan@gmail.com",
			"", "reply-to"},
		{"Reply-To of both", jan, "post@bakker.example jan@elders.example", info, "", false, outbox.ModeReply, jan, "", "reply-to"},
		{"Reply-To is the office", jan, "Info@kantoor.example", info, "", false, outbox.ModeReply, jan, "", ""},
		{"Reply-To is the sender", jan, "Jan@Bakker.example", info, "", false, outbox.ModeReply, jan, "", ""},
		{"Reply-To and all", jan, "administratie@bakker.example", info + " piet@bakker.example administratie@bakker.example", "", false,
			outbox.ModeReplyAll, "administratie@bakker.example piet@bakker.example", "", "all"},
		{"forward", jan, "jan@elders.example", info + " piet@bakker.example", "", false, outbox.ModeForward, "", "", ""},
		{"own message", info, "", jan + " piet@bakker.example", "els@bank.example", true, outbox.ModeReply, jan + " piet@bakker.example",
			"", "all"},
		{"own message, all", info, "", jan + " anna@kantoor.example", "els@bank.example " + jan, true, outbox.ModeReplyAll, jan,
			"els@bank.example", "all"},
		{"no address", jan, "", info + " undisclosed-recipients:;", "", false, outbox.ModeReplyAll, jan, "", ""},
		{"many, and perhaps the office", jan, "", " x@y.example", "", false, outbox.ModeReplyAll, jan, "", "many-recipients"},
		{"many", jan, "", info + " x@y.example", "", false, outbox.ModeReply, jan, "", "many-recipients all"},
	} {
		r := RecipientsOf(Original{From: mail.Address{Email: c.from}, ReplyTo: addresses(c.replyTo), To: addresses(c.to), Cc: addresses(c.cc),
			Sent: c.sent, Cut: strings.HasPrefix(c.name, "many")}, c.mode, office)
		var got []string
		for _, w := range r.Warnings {
			got = append(got, string(w))
		}
		if r.ReplyAll {
			got = append(got, "all")
		}
		if text(r.To) != c.wantTo || text(r.Cc) != c.wantCc || strings.Join(got, " ") != c.want {
			t.Errorf("%s: to %q cc %q, %q; want to %q cc %q, %q", c.name, text(r.To), text(r.Cc), got, c.wantTo, c.wantCc, c.want)
		}
		if offered := text(r.ReplyTo); (offered != "") != slices.Contains(r.Warnings, WarnReplyTo) {
			t.Errorf("%s: offers %q", c.name, offered)
		}
	}
}

func TestSubjects(t *testing.T) {
	for _, c := range []struct {
		original string
		mode     outbox.Mode
		want     string
	}{
		{"Btw", outbox.ModeReply, "RE: Btw"}, {"re: Btw", outbox.ModeReplyAll, "RE: Btw"}, {"Antw: RE: Re:Btw", outbox.ModeReply, "RE: Btw"},
		{"Re: Btw", outbox.ModeForward, "FW: Btw"}, {"", outbox.ModeReply, "RE:"}, {"Btw", outbox.ModeNew, ""},
		{"Regen: nat", outbox.ModeReply, "RE: Regen: nat"},
		{"RE : TR\u00a0: Btw : vraag", outbox.ModeReply, "RE: Btw : vraag"}, {"Re Btw: vraag", outbox.ModeReply, "RE: Re Btw: vraag"},
	} {
		if got := SubjectOf(c.original, c.mode); got != c.want {
			t.Errorf("%q, %s: %q; want %q", c.original, c.mode, got, c.want)
		}
	}
	if got := SubjectOf(strings.Repeat("é", 400), outbox.ModeReply); len([]rune(got)) != MaxSubject {
		t.Error(fmt.Sprint("a subject of ", len([]rune(got))))
	}
}
