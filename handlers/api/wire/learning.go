package wire

import (
	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// Figures count what happened in a period.
type Figures struct {
	Mails       int64   `json:"mails" doc:"that came in"`
	Waited      int64   `json:"waited" doc:"that had to wait, for a person or for what a person solved elsewhere"`
	HandActions int64   `json:"handActions" doc:"solutions by people"`
	Per100      float64 `json:"per100" doc:"solutions by people for each hundred mails"`
	Automatic   int64   `json:"automatic" doc:"mails that were decided as soon as they came in"`
	Learned     int64   `json:"learned" doc:"of these, by what people had taught"`
	Corrected   int64   `json:"corrected" doc:"automatic decisions that people took back"`
}

// The figures of one month or week.
type (
	LearningMonth struct {
		Month string `json:"month" example:"2026-11"`
		Figures
	}
	LearningWeek struct {
		Week string `json:"week" example:"2026-11-23" doc:"its Monday"`
		Figures
	}
)

// Learning says how much mail needs a person, and how good suggestions are.
type Learning struct {
	Months []LearningMonth `json:"months" nullable:"false" doc:"oldest first, the current one last; months before the first mail are left out"`
	Weeks  []LearningWeek  `json:"weeks,omitempty" doc:"the same by week, when weeks are asked for"`
	// Calibration covers the months.
	Calibration []Calibrated `json:"calibration" nullable:"false" doc:"by step of chance, how often the first suggestion was right"`
	Placing     Placing      `json:"placing" doc:"whether mail is placed by what is suggested first, and what was"`
}

// Calibrated says how often first suggestions of some chance were right. When the
// chances are honest, the share that is right lies between From and To.
type Calibrated struct {
	From      float64 `json:"from" doc:"the least chance, 0 to 1"`
	To        float64 `json:"to" doc:"the chance below which it is; 1 is in the last step"`
	Suggested int64   `json:"suggested" doc:"mails that a person solved, whose first suggestion had such a chance"`
	Right     int64   `json:"right" doc:"of these, those where the person did what was suggested first"`
}

// A RuleObject is a learned rule as the API shows it.
type RuleObject struct {
	directory.Rule
	Explanation words.Text        `json:"explanation" doc:"what it does, and why"`
	On          bool              `json:"on" doc:"whether it decides mail"`
	Decided     *int              `json:"decided,omitempty" doc:"mails that it decided, at most 10,000; not in lists"`
	Held        *int              `json:"held,omitempty" doc:"of these, those that stayed so; not in lists"`
	Linked      *int              `json:"linked,omitempty" doc:"contacts with an address that it linked, at most 1,000; not in lists"`
	Names       map[string]string `json:"names,omitempty" doc:"of all that the rule and its evidence name, by id; not in lists"`
}

// RuleUndone says what it changed that a rule was taken back.
type RuleUndone struct {
	Reopened int `json:"reopened" doc:"mails that are decided anew"`
	Pending  int `json:"pending" doc:"those of them that are still being decided"`
}
