package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/words"
)

// nameEvent adds to a message what its event says.
func (a *api) nameEvent(ctx context.Context, names map[string]string, o *wire.MessageObject, e chat.Event) error {
	event := &wire.EventObject{Action: string(e.Action), Undone: e.Undone, Count: e.Count}
	visible, err := a.seesChat(ctx, names, e.Chat)
	if err != nil {
		return err
	}
	if visible {
		event.Chat = e.Chat
	} else if e.Action == chat.EventMovedOut && !e.Undone || e.Action != chat.EventMovedOut && e.Undone {
		o.Subject = "" // what it names is now where the reader may not look
	}
	client := ""
	if e.Client != "" {
		name, known := names["client "+e.Client]
		if !known {
			if name, err = a.readName(ctx, "client", e.Client); err != nil {
				return err
			}
			names["client "+e.Client] = name
		}
		event.Client, client = &wire.Named{ID: e.Client, Name: name}, name
	}
	who := ""
	if o.By != nil {
		who = o.By.Name
	}
	event.Text = eventText(e, who, o.Subject, client)
	o.Event, o.Preview = event, event.Text.NL
	return nil
}

// seesChat says whether the caller may read a chat. Known caches that.
func (a *api) seesChat(ctx context.Context, known map[string]string, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	if seen, looked := known["chat "+id]; looked {
		return seen == "yes", nil
	}
	_, err := a.chat(ctx, id, access.ChatsRead)
	switch {
	case err == nil:
		known["chat "+id] = "yes"
	case errors.Is(err, chat.ErrNotFound):
		known["chat "+id], err = "no", nil
	}
	return known["chat "+id] == "yes", err
}

// eventText is what an event says, in one sentence.
func eventText(e chat.Event, who, subject, client string) words.Text {
	who, subject, client = words.Isolate(who), words.Isolate(subject), words.Isolate(client)
	t := eventChange(e, subject, client)
	return words.Text{NL: cmp.Or(who, "Iemand") + " " + t.NL, EN: cmp.Or(who, "Somebody") + " " + t.EN}
}

// eventChange is what was done. Without a subject, it does not say which mail or chat.
func eventChange(e chat.Event, subject, client string) words.Text {
	mail, other := words.Text{NL: "een bericht", EN: "a message"}, words.Text{NL: "een andere chat", EN: "another chat"}
	if subject != "" {
		mail = words.Text{NL: "“" + subject + "”", EN: "“" + subject + "”"}
		other = words.Text{NL: "de chat “" + subject + "”", EN: "the chat “" + subject + "”"}
	}
	to := words.Text{NL: cmp.Or(client, "die er niet meer is"), EN: cmp.Or(client, "who is no longer there")}
	switch {
	case e.Action == chat.EventMovedOut && !e.Undone:
		return words.Text{NL: "verplaatste " + mail.NL + " naar een andere chat", EN: "moved " + mail.EN + " to another chat"}
	case e.Action == chat.EventMovedIn && !e.Undone:
		return words.Text{NL: "verplaatste " + mail.NL + " hierheen uit een andere chat", EN: "moved " + mail.EN + " here from another chat"}
	case e.Action == chat.EventMovedOut || e.Action == chat.EventMovedIn:
		return words.Text{NL: "maakte de verplaatsing van " + mail.NL + " ongedaan", EN: "undid the move of " + mail.EN}
	case e.Action == chat.EventMerged && !e.Undone:
		return words.Text{
			NL: "voegde " + other.NL + " hierbij (" + counted(e.Count, "bericht", "berichten") + ")",
			EN: "merged " + other.EN + " into this one (" + counted(e.Count, "message", "messages") + ")",
		}
	case e.Action == chat.EventMerged:
		return words.Text{NL: "haalde " + other.NL + " er weer uit", EN: "took " + other.EN + " out again"}
	case e.Undone:
		return words.Text{NL: "gaf deze chat terug aan relatie " + to.NL, EN: "gave this chat back to client " + to.EN}
	}
	return words.Text{NL: "gaf deze chat aan relatie " + to.NL, EN: "gave this chat to client " + to.EN}
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
