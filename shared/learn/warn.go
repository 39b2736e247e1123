package learn

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/mtibben/confusables"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mailtext"
)

// LookalikeDomain is the code of the warning that a sender's domain imitates a
// known one.
const LookalikeDomain = "lookalike-domain"

// Warnings returns reasons to be careful with a mail that waits, the most
// serious first. Doubt says that one of them may mean fraud: then nothing that
// trusts the sender is suggested first, and no single key does it. It asks the
// office five questions at most, and returns the first error.
func Warnings(ctx context.Context, office Office, m Mail) (list []Reason, doubt bool, err error) {
	var k acquaintances
	if strings.Contains(m.Item.From.Email, "@") {
		if k, err = acquainted(ctx, office, m); err != nil {
			return nil, false, err
		}
		if domain := directory.Domain(m.Item.From.Email); !directory.PublicDomain(domain) {
			known := cmp.Or(resembles(domain, k.domains), k.known.imitatedBy(domain))
			if slices.ContainsFunc(k.domains, func(own string) bool { return organisation(own) == organisation(domain) }) {
				known = "" // of the office's own
			}
			if known == "" && k.contact != "" {
				if known = resembles(domain, providers); known == "" && pressing(m) {
					known = resemblesLoosely(domain, k.contactDomains)
				}
			}
			if known != "" {
				list, doubt = append(list, reason(LookalikeDomain, domain, known)), true
			}
		}
	}
	if k.imitated != "" {
		list, doubt = append(list, reason("lookalike-address", m.Item.From.Email, k.imitated)), true
	}
	if k.colleague != "" {
		list, doubt = append(list, reason("known-name:colleague", k.colleague, m.Item.From.Email)), true
	}
	if own := written(m).own; m.Item.Verdict != item.VerdictPass && account.MatchString(own) && pressing(m) {
		list, doubt = append(list, reason("account-unverified", account.FindString(own))), true
	}
	if to := m.Item.ReplyTo; to != "" {
		list, doubt = append(list, reason("reply-to", to)), true
	}
	if phrase := paymentChange(written(m).own); phrase != "" {
		list, doubt = append(list, reason("payment-change", phrase)), true
	}
	if k.contact != "" {
		// People do write from other addresses: the name alone is no sign of fraud, a
		// name that hurries and asks for money is.
		list, doubt = append(list, reason("known-name", k.contact, m.Item.From.Email)), doubt || k.posed || pressing(m)
	}
	return list, doubt, nil
}

// pressing says whether a mail asks for money, secrets or haste as fraud does:
// twice, or once when Exchange did not verify its sender. A bank account counts.
func pressing(m Mail) bool {
	own := written(m).own
	n := max(phrases(own, urging), moneyIn(own).asks())
	if account.MatchString(own) {
		n++
	}
	return n >= 2 || n == 1 && m.Item.Verdict != item.VerdictPass
}

// acquaintances are the people and domains of the office that a sender may
// pretend to be.
type acquaintances struct {
	domains   []string // of the office's own addresses and team
	known     *Domains // of contacts
	colleague string   // the active team member whose name or address the display name shows
	contact   string   // the contact whose name or address the display name shows
	posed     bool     // the display name shows the contact's address

	imitated string // the address of that contact that the sender's looks like

	contactDomains []string // of that contact
}

// acquainted looks for the people whose name or address the sender shows without
// writing from their address, and for the domains that a look-alike may be of.
func acquainted(ctx context.Context, office Office, m Mail) (k acquaintances, err error) {
	from := m.Item.From
	name, shown := nameOf(shownName(m.Item)), shownAddress(from.Name)
	var members []directory.TeamMember
	var known, at bool
	var named []directory.Contact
	var owner directory.Contact
	asks := []ask{
		func(ctx context.Context) error {
			if k.known = m.Known; k.known != nil {
				return nil
			}
			known, err := office.Domains(ctx)
			k.known = NewDomains(known)
			return err
		},
		func(ctx context.Context) (err error) {
			members, err = office.AllMembers(ctx)
			return err
		},
		func(ctx context.Context) (err error) {
			base, _ := directory.Untagged(from.Email)
			_, known, err = office.ContactByAddress(ctx, base)
			return err
		},
		func(ctx context.Context) (err error) {
			if name.full() {
				named, err = office.ContactsNamed(ctx, name.last, maxNamed)
			}
			return err
		},
		func(ctx context.Context) (err error) {
			if shown != "" {
				owner, at, err = office.ContactByAddress(ctx, shown)
			}
			return err
		},
	}
	if err := askAll(ctx, asks); err != nil {
		return k, err
	}
	// A sender whom Exchange verified at the domain of a person's address may be that person.
	near := func(email string) bool {
		domain := directory.Domain(email)
		return m.Item.Verdict == item.VerdictPass && !directory.PublicDomain(domain) && organisation(domain) == organisation(directory.Domain(from.Email))
	}
	k.domains = append(append(k.domains, m.Domains...), directory.Domain(m.Item.Address))
	for _, member := range members {
		if domain := directory.Domain(member.Email); member.Active && !directory.PublicDomain(domain) {
			k.domains = append(k.domains, domain)
		}
		if member.Email == from.Email {
			known = true
		} else if member.Active && !near(member.Email) && (member.Email == shown || name.full() && name.like(nameOf(member.Name)) == same) {
			k.colleague = member.Name
		}
	}
	if at {
		named = append([]directory.Contact{owner}, named...)
	}
	for _, c := range named {
		if (at && c.ID == owner.ID || name.like(nameOf(c.Name)) == same) && !slices.ContainsFunc(c.Emails, near) {
			k.contact, k.posed = c.Name, at && c.ID == owner.ID
			for _, e := range c.Emails {
				if imitates(from.Email, e) {
					k.imitated = e
				}
				if domain := directory.Domain(e); !directory.PublicDomain(domain) {
					k.contactDomains = append(k.contactDomains, domain)
				}
			}
			break
		}
	}
	if known {
		k.colleague, k.contact = "", ""
	}
	return k, nil
}

// shownName returns the display name of a person, with the letters of other
// scripts replaced by the Latin ones that they look like.
func shownName(it item.Item) string {
	from := it.From
	from.Name = inLatin(from.Name)
	names := displayNames(from.Name, mailtext.CardOf(from, mailtext.Text{}))
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// shownAddress returns the e-mail address in a display name, "" when there is none.
func shownAddress(name string) string {
	for word := range strings.FieldsSeq(name) {
		if word = strings.Trim(word, `<>()[]"',;:`); strings.Contains(word, "@") {
			email, _ := directory.ReceivedAddress(word)
			return email
		}
	}
	return ""
}

func inLatin(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			b.WriteString(confusables.Skeleton(string(r)))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// paymentChanges find an account and a change in one sentence, in either order.
var paymentChanges = func() []*lazyregexp.Regexp {
	const account = `(?:bank)?rekeningnummers?|bankrekening(?:en)?|iban(?:nummer)?|bankgegevens|betaalgegevens|betalingsgegevens|bank account|account number|bank(?:ing)? details|payment details`
	const changed = `per direct|voortaan|ander nummer|gewijzigd\w*|wijzig\w*|veranderd\w*|verander\w*|aangepast\w*|nieuwe?|vervallen|overgestapt|changed|new|updated|different`
	return []*lazyregexp.Regexp{
		lazyregexp.New(`\b(?:` + account + `)\b[^.!?\n]{0,60}\b(?:` + changed + `)\b`),
		lazyregexp.New(`\b(?:` + changed + `)\b[^.!?\n]{0,60}\b(?:` + account + `)\b`),
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
