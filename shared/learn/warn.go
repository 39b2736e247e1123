package learn

import (
	"context"
	"regexp"
	"strings"

	"kantoorpost/shared/directory"
)

// Warnings returns reasons to be careful with a mail that waits, the most
// serious first. Doubt says that one of them may mean fraud: then nothing that
// trusts the sender is suggested first, and no single key does it. It asks the
// office a few questions at most, and returns the first error.
func Warnings(ctx context.Context, office Office, m Mail) (list []Reason, doubt bool, err error) {
	if domain := directory.Domain(m.Item.From.Email); strings.Contains(m.Item.From.Email, "@") && !directory.PublicDomain(domain) {
		known, err := office.Domains(ctx)
		if err != nil {
			return nil, false, err
		}
		if k := resembles(domain, append(known, directory.Domain(m.Item.Address))); k != "" {
			list, doubt = append(list, reasonLookalike(domain, k)), true
		}
	}
	if to := m.Item.ReplyTo; to != "" {
		list, doubt = append(list, reasonReplyTo(to)), true
	}
	if phrase := paymentChange(written(m).own); phrase != "" {
		list, doubt = append(list, reasonPayment(phrase)), true
	}
	return list, doubt, nil
}

// paymentChanges find an account and a change in one sentence, in either order.
var paymentChanges = func() []*regexp.Regexp {
	const account = `(?:bank)?rekeningnummers?|bankrekening(?:en)?|iban(?:nummer)?|bankgegevens|betaalgegevens|betalingsgegevens|bank account|account number|bank(?:ing)? details|payment details`
	const changed = `gewijzigd\w*|wijzig\w*|veranderd\w*|verander\w*|aangepast\w*|nieuwe?|vervallen|overgestapt|changed|new|updated|different`
	return []*regexp.Regexp{
		regexp.MustCompile(`\b(?:` + account + `)\b[^.!?\n]{0,60}\b(?:` + changed + `)\b`),
		regexp.MustCompile(`\b(?:` + changed + `)\b[^.!?\n]{0,60}\b(?:` + account + `)\b`),
	}
}()

// paymentChange returns the phrase that announces another bank account, or "".
func paymentChange(text string) string {
	text = fold(text)
	for _, p := range paymentChanges {
		if found := p.FindString(text); found != "" {
			return strings.Join(strings.Fields(found), " ")
		}
	}
	return ""
}
