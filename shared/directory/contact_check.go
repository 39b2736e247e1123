package directory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/mailhtml"
)

// An addressCheck returns the stored form of an address, or an *Invalid error
// about the field.
type addressCheck func(field, text string) (string, error)

// typedOr accepts typed addresses, and addresses that the contact already has.
func typedOr(has []string) addressCheck {
	return func(field, text string) (string, error) {
		if address, err := ReceivedAddress(text); err == nil && slices.Contains(has, address) {
			return address, nil
		}
		return checkAddress(field, text)
	}
}

// received accepts addresses of received mail.
func received(field, text string) (string, error) {
	address, err := ReceivedAddress(text)
	if err != nil {
		return "", &Invalid{Field: field, Expected: addressExpected}
	}
	return address, nil
}

func checkContact(ctx context.Context, in has, c, was Contact, check addressCheck) (Contact, error) {
	var err error
	if c.Name, err = checkName("name", c.Name, 200); err != nil {
		return c, err
	}
	if c.Phone, err = checkOptional("phone", c.Phone, 40); err != nil {
		return c, err
	}
	if c.Function, err = checkOptional("function", c.Function, 100); err != nil {
		return c, err
	}
	if c.Language != "" && !mailhtml.IsLanguage(c.Language) {
		return c, &Invalid{Field: "language", Expected: "nl, en, de, fr or none"}
	}
	if len(c.Emails) < 1 || len(c.Emails) > maxEmails {
		return c, &Invalid{Field: "emails", Expected: fmt.Sprintf("1 to %d e-mail addresses", maxEmails)}
	}
	emails := make([]string, 0, len(c.Emails))
	for i, email := range c.Emails {
		if email, err = check(fmt.Sprintf("emails[%d]", i), email); err != nil {
			return c, err
		}
		if !slices.Contains(emails, email) {
			emails = append(emails, email)
		}
	}
	if c.Portal {
		c.Clients = nil // its mail says for whom it is
	}
	if len(c.Clients) > MaxClients {
		return c, &Invalid{Field: "clients", Expected: fmt.Sprintf("at most %d clients", MaxClients)}
	}
	if c.Clients, err = references[Client](ctx, in, "clients", c.Clients, was.Clients); err != nil {
		return c, err
	}
	c.Emails = emails
	c.Undeliverable = checkUndeliverable(c)
	c.Learned, err = checkLearned(c)
	return c, err
}

// checkUndeliverable returns the entries of Undeliverable for addresses that c still
// has.
func checkUndeliverable(c Contact) map[string]time.Time {
	var out map[string]time.Time
	for address, since := range c.Undeliverable {
		if slices.Contains(c.Emails, address) {
			if out == nil {
				out = map[string]time.Time{}
			}
			out[address] = since.UTC().Truncate(time.Second)
		}
	}
	return out
}

// checkLearned returns the entries of Learned for addresses that c still has.
func checkLearned(c Contact) (map[string]string, error) {
	var learned map[string]string
	for address, rule := range c.Learned {
		if !isID(rule) {
			return nil, &Invalid{Field: "learned", Expected: "ids of rules"}
		}
		address, err := ReceivedAddress(address)
		if err != nil || !slices.Contains(c.Emails, address) {
			continue
		}
		if learned == nil {
			learned = map[string]string{}
		}
		learned[address] = rule
	}
	return learned, nil
}
