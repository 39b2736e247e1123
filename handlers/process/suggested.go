package process

import (
	"context"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

// Suggested asks for suggestions only while the record of the office allows the model to
// place mail, and only about mail that firmly names one client. A decision that the mail
// waits rests on that record, and on nothing else: suggestions change with everything.
func (r *records) Suggested(ctx context.Context, it item.Item) (client, rule string, why *item.Placement, err error) {
	directory.NotePlacing(ctx)
	ctx, _ = directory.Observe(ctx)
	by, on, err := r.rule(ctx, directory.SuggestedClient, directory.KindSuggested)
	if err != nil || !on || !learn.RecordOf(by).Holds() {
		return "", "", nil, err
	}
	text, err := r.text(ctx, it)
	if err != nil {
		return "", "", nil, err
	}
	x, err := r.clients(ctx)
	if err != nil {
		return "", "", nil, err
	}
	var files []string
	named := x.Placeable(it, text, func() (_ []string, known bool) {
		files, known = r.namesOf(ctx, it)
		return files, known
	})
	if named == "" {
		return "", "", nil, nil
	}
	m, err := r.evidence.Mail(ctx, it, text, files)
	if err != nil {
		return "", "", nil, err
	}
	list, err := learn.Suggest(ctx, learn.Indexed(r.directory, x), m)
	if err != nil {
		return "", "", nil, err
	}
	s, ok := learn.Place(list, named, m)
	if !ok {
		return "", "", nil, nil
	}
	why = &item.Placement{Client: named, Chance: s.Score}
	for _, reason := range s.Reasons {
		why.Signs = append(why.Signs, item.Sign(reason))
	}
	return named, by.ID, why, nil
}
