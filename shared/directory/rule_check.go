package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kantoorpost/shared/audit"
)

// normalRuleKey returns the one form of a rule's key. Ids of lists ignore case:
// https://www.rfc-editor.org/rfc/rfc2919#section-6
func normalRuleKey(kind RuleKind, key string) string {
	key = strings.Join(strings.Fields(key), " ")
	switch kind {
	case AddressContact, DismissSender, AcceptSender:
		if address, err := ReceivedAddress(key); err == nil {
			return address
		}
	case DomainClient:
		if domain, ok := normalDomain(key); ok {
			return domain
		}
	}
	// A small letter and its mark may be one character where the capital was two.
	return norm.NFC.String(fold(key))
}

// checked returns r in its stored form.
func (r Rule) checked() (Rule, error) {
	if !slices.Contains(ruleKinds, r.Kind) {
		return r, &Invalid{Field: "kind", Expected: "a kind of rule such as " + string(AddressContact)}
	}
	if !slices.Contains(ruleStates, r.State) {
		return r, &Invalid{Field: "state", Expected: "one of learning, proposed, on, off, undoing, undone"}
	}
	key, err := checkName("key", r.Key, maxRuleKey)
	if err != nil {
		return r, err
	}
	if err := checkRuleKey(r.Kind, key); err != nil {
		return r, err
	}
	r.Key = normalRuleKey(r.Kind, key)
	for field, id := range map[string]string{"contact": r.Contact, "client": r.Client} {
		if id != "" && !isID(id) {
			return r, &Invalid{Field: field, Expected: "the id of a " + field}
		}
	}
	if r.Count < 0 {
		return r, &Invalid{Field: "count", Expected: "0 or more"}
	}
	r.ID, r.Evidence, r.Undoing = RuleID(r.Kind, r.Key), newest(r.Evidence), cutText(r.Undoing)
	return r, nil
}

// newest returns the newest evidence, as much as fits into the row of a rule.
func newest(all []Evidence) []Evidence {
	evidence, left := make([]Evidence, 0, min(len(all), maxEvidence)), maxEvidenceBytes
	for _, e := range slices.Backward(all[max(0, len(all)-maxEvidence):]) {
		e = e.cut()
		text, err := json.Marshal(e)
		if left -= len(text); err != nil || left < 0 {
			break
		}
		evidence = append(evidence, e)
	}
	slices.Reverse(evidence)
	return evidence
}

func checkRuleKey(kind RuleKind, key string) error {
	expected := ""
	switch kind {
	case AddressContact, DismissSender, AcceptSender:
		if _, err := ReceivedAddress(key); err != nil {
			expected = addressExpected
		}
	case DomainClient:
		if domain, ok := normalDomain(key); !ok || PublicDomain(domain) {
			expected = "a domain that is no public provider's"
		}
	case DismissKind:
		if key != KindAutoReply {
			expected = KindAutoReply
		}
	case AcceptKind:
		if key != KindForwarded {
			expected = KindForwarded
		}
	case SuggestedClient:
		if key != KindSuggested {
			expected = KindSuggested
		}
	case SenderClient:
		if !isID(key) {
			expected = "the id of a contact"
		}
	}
	if expected != "" {
		return &Invalid{Field: "key", Expected: expected}
	}
	return nil
}

// cut returns e with texts of at most the allowed length.
func (e Evidence) cut() Evidence {
	for _, text := range []*string{&e.By, &e.Mail, &e.Action, &e.Contact, &e.Client, &e.Name, &e.From, &e.Envelope, &e.Template} {
		*text = cutText(*text)
	}
	e.Named, e.Had = e.Named[:min(len(e.Named), maxNamedClients)], e.Had[:min(len(e.Had), maxHad)]
	words := e.Words[:min(len(e.Words), maxWords)]
	e.Words = nil
	for _, word := range words {
		e.Words = append(e.Words, cutWord(strings.ToValidUTF8(word, "")))
	}
	e.At = e.At.UTC().Round(0)
	return e
}

func cutText(text string) string {
	runes := []rune(strings.ToValidUTF8(text, ""))
	return string(runes[:min(len(runes), maxText)])
}

var errPartial = errors.New("the rule comes from a list and lacks evidence: read it with Tx.Rule to change it")

// timed returns r with its times and the person who changes it, as in ctx.
func (r Rule) timed(ctx context.Context, was *Rule) (Rule, error) {
	if r.partial {
		return r, fmt.Errorf("%s: %w", nameOf(r), errPartial)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	r.Created = now
	if was != nil {
		r.Created = was.Created
	}
	r.Changed, r.ChangedBy = now, audit.By(ctx)
	return r, nil
}
