package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// A folded part of a mail is shown only when its summary is clicked.
type folded struct {
	mailtext.Range
	start string // the HTML before it; after it comes foldedEnd
}

const foldedEnd = "</details>"

// summaries say how much is folded: two lines or more.
var summaries = map[string]string{"nl": "… %d regels", "en": "… %d lines"}

// foldedParts finds what a mail quotes. Earlier holds the messages before it in its
// chat, nil outside a chat.
func foldedParts(it item.Item, content, language string, earlier *mailtext.Earlier) []folded {
	ranges, err := mailtext.Within(mailtext.Limit, func() []mailtext.Range { return mailtext.Fold(it.Message(content), earlier).Ranges })
	if err != nil {
		return nil // all of it is shown
	}
	var parts []folded
	for _, r := range ranges {
		summary := fmt.Sprintf(summaries[language], r.Lines)
		parts = append(parts, folded{r, `<details><summary lang="` + language + `">` + summary + "</summary>"})
	}
	return parts
}

// A mail is compared with at most maxEarlier messages before it in its chat, and with
// the last maxEarlierBytes of their texts.
const maxEarlier, maxEarlierBytes = 200, 200 << 10

// earlierMessages are those before a mail in its chat. It costs one query.
func (a *api) earlierMessages(ctx context.Context, it item.Item) (*mailtext.Earlier, error) {
	messages, _, err := a.Chats.Messages(ctx, it.Chat, maxEarlier, it.ID)
	if err != nil {
		return nil, err
	}
	last, size := 0, 0
	for last < len(messages) && size <= maxEarlierBytes {
		size += len(messages[last].Shingles)
		last++
	}
	earlier := &mailtext.Earlier{}
	for _, m := range slices.Backward(messages[:last]) {
		if m.Kind != chat.KindNote {
			earlier.Add(m.From.Email, m.Shingles)
		}
	}
	return earlier, nil
}

// folds writes the folded parts of a tree. A part can start and end inside other
// elements: those are closed before its start and its end, and opened again.
type folds struct {
	parts  []folded        // that have not started
	part   *folded         // that has started
	at     int             // offset in the mail
	before strings.Builder // what was written before the present part, or before all that follows the last one
	open   []element       // when the part started
	low    int             // how many of them were open ever since
	ended  bool            // the part to the end of the mail: only end tags follow
}

// containers can hold a folded part.
var containers = set("html body div section article main td th li dd blockquote center fieldset form")

// foldAt starts or ends a part where the next token, of this length, starts.
func (t *tree) foldAt(length int) {
	f := &t.folds
	if f.part != nil && f.at >= f.part.To {
		t.endFold()
	}
	if len(f.parts) > 0 && f.at >= f.parts[0].From {
		t.moveOut()
		f.part, f.parts = &f.parts[0], f.parts[1:]
		f.open, f.low = slices.Clone(t.open), len(t.open)
	}
	f.at += length
}

// moveOut keeps what was written.
func (t *tree) moveOut() {
	t.folds.before.WriteString(t.out.String())
	t.out.Reset()
}

// endFold ends the part that has started, if one has.
func (t *tree) endFold() {
	f := &t.folds
	if f.part == nil {
		return
	}
	level := f.low
	for level > 1 && !containers[t.open[level-1].tag] {
		level--
	}
	f.before.WriteString(closing(f.open[level:]) + f.part.start + opening(f.open[level:]))
	if f.part.Rest { // elements that are opened again would be empty
		f.ended = true
		t.closeTo(level)
		t.out.WriteString(foldedEnd)
	} else {
		t.out.WriteString(closing(t.open[level:]) + foldedEnd + opening(t.open[level:]))
	}
	f.part = nil
	t.moveOut()
}

func opening(all []element) string {
	var b strings.Builder
	for _, e := range all {
		b.WriteString(e.written)
	}
	return b.String()
}

func closing(all []element) string {
	var b strings.Builder
	for _, e := range slices.Backward(all) {
		b.WriteString(endTag(e.tag))
	}
	return b.String()
}
