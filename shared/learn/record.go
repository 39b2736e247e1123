package learn

import (
	"math"
	"slices"

	"kantoorpost/shared/directory"
)

// The model places mail by itself only while the office's own record says that its sure
// suggestions are right: of all that people solved, whoever wrote it.
const (
	// LeastSure is the chance of a suggestion that counts in the record.
	LeastSure = 0.98
	// LeastBound is the least lower bound of the share of them that is right.
	LeastBound = 0.97
	// leastSince is how many must be right after one that was not: errors seldom come alone.
	leastSince = 30
	// wilsonZ gives a bound below which the true share is in 1 of 20 records.
	wilsonZ = 1.64
)

// A Record says how often the last sure suggestions were right, at most keptEvidence. One
// that the model followed into a wrong place begins it anew; that one is in it.
type Record struct {
	Mails, Right int
	Bound        float64 // the lower bound of the share that is right, 0 to 1
	since        int     // how many were right after the last that was not
}

// RecordOf returns the record in the evidence of the rule suggested-client.
func RecordOf(rule directory.Rule) Record {
	var r Record
	for _, e := range slices.Backward(rule.Evidence) {
		r.Mails++
		if e.Action != Otherwise {
			r.Right++
		} else if slices.Contains(rule.FailedMails, e.Mail) {
			break
		}
		if r.Right == r.Mails {
			r.since = r.Right
		}
	}
	r.Bound = wilson(r.Right, r.Mails)
	return r
}

// Holds says whether the model may place mail.
func (r Record) Holds() bool { return r.Missing() == 0 }

// Missing returns how many sure suggestions more must be right before the record holds:
// until its bound does, and after a correction at least leastSince.
func (r Record) Missing() (n int) {
	if r.Right < r.Mails {
		n = max(0, leastSince-r.since)
	}
	for wilson(r.Right+n, r.Mails+n) < LeastBound {
		n++
	}
	return n
}

// wilson returns the lower bound of the Wilson score interval.
// https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
func wilson(right, of int) float64 {
	if of == 0 {
		return 0
	}
	n, z2 := float64(of), wilsonZ*wilsonZ
	p := float64(right) / n
	return (p + z2/(2*n) - wilsonZ*math.Sqrt(p*(1-p)/n+z2/(4*n*n))) / (1 + z2/n)
}

// Sure says whether a suggestion counts in the record: a sign in the mail itself says of
// which client it is, and that leaves little doubt. To make a portal, and who of several
// people wrote, are other questions, which only people answer.
func (s Suggestion) Sure() bool {
	if s.Score < LeastSure || s.Portal || s.Client == nil {
		return false
	}
	return slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Weight > 0 && sureSigns[r.Code] })
}

// sureSigns are the codes of reasons that name a client in the mail itself.
var sureSigns = set("number kvk vat name name-part name-like name-file name-sender word company")

// TeachSuggested returns the rule suggested-client after a person solved a mail whose
// first suggestion was sure. Right says that the person did what was suggested. A mail
// counts once: what people did last.
func TeachSuggested(rule directory.Rule, e directory.Evidence, right bool) directory.Rule {
	if !right {
		e.Action = Otherwise
	}
	return taught(rule, directory.SuggestedClient, directory.KindSuggested, e)
}
