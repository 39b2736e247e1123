package api

import (
	"context"
	"errors"
	"fmt"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/words"
)

// An eventObject says what somebody did with a chat.
type eventObject struct {
	Action string     `json:"action" enum:"moved-out,moved-in,merged,client" doc:"moved-out: a mail went into another chat; moved-in: a mail came from another; merged: all of another came; client: the chat belongs to another client"`
	Undone bool       `json:"undone" doc:"the action was undone"`
	Chat   string     `json:"chat,omitempty" doc:"id of the other chat, for who may see it"`
	Client *named     `json:"client,omitempty"`
	Count  int64      `json:"count,omitempty" doc:"of merged: how many messages came"`
	Text   words.Text `json:"text" doc:"all that in one sentence"`
}

// nameEvent adds to a message what its event says.
func (a *api) nameEvent(ctx context.Context, names map[string]string, o *messageObject, e chat.Event) error {
	event := &eventObject{Action: string(e.Action), Undone: e.Undone, Count: e.Count}
	if e.Chat != "" {
		_, err := a.chat(ctx, e.Chat, access.ChatsRead)
		if err == nil {
			event.Chat = e.Chat
		} else if !errors.Is(err, chat.ErrNotFound) {
			return err
		}
	}
	client := ""
	if e.Client != "" {
		name, known := names["client "+e.Client]
		if !known {
			var err error
			if name, err = a.clientName(ctx, e.Client); err != nil {
				return err
			}
			names["client "+e.Client] = name
		}
		event.Client, client = &named{e.Client, name}, name
	}
	who := ""
	if o.By != nil {
		who = o.By.Name
	}
	event.Text = eventText(e, who, o.Subject, client)
	o.Event, o.Preview = event, event.Text.NL
	return nil
}

// eventText is what an event says, in one sentence.
func eventText(e chat.Event, who, subject, client string) words.Text {
	who, subject, client = words.Isolate(who), words.Isolate(subject), words.Isolate(client)
	nl, en := who, who
	if who == "" {
		nl, en = "Iemand", "Somebody"
	}
	var t words.Text
	switch e.Action {
	case chat.EventMovedOut:
		t = both("verplaatste “%s” naar een andere chat", "moved “%s” to another chat", subject)
	case chat.EventMovedIn:
		t = both("verplaatste “%s” hierheen uit een andere chat", "moved “%s” here from another chat", subject)
	case chat.EventMerged:
		t = words.Text{
			NL: fmt.Sprintf("voegde de chat “%s” hierbij (%s)", subject, counted(e.Count, "bericht", "berichten")),
			EN: fmt.Sprintf("merged the chat “%s” into this one (%s)", subject, counted(e.Count, "message", "messages")),
		}
	case chat.EventClient:
		t = both("gaf deze chat aan relatie %s", "gave this chat to client %s", client)
	}
	if e.Undone {
		switch e.Action {
		case chat.EventMovedOut, chat.EventMovedIn:
			t = both("maakte de verplaatsing van “%s” ongedaan", "undid the move of “%s”", subject)
		case chat.EventMerged:
			t = both("haalde de chat “%s” er weer uit", "took the chat “%s” out again", subject)
		case chat.EventClient:
			t = both("gaf deze chat terug aan relatie %s", "gave this chat back to client %s", client)
		}
	}
	return words.Text{NL: nl + " " + t.NL, EN: en + " " + t.EN}
}

// both puts a value into a sentence in both languages.
func both(nl, en, value string) words.Text {
	return words.Text{NL: fmt.Sprintf(nl, value), EN: fmt.Sprintf(en, value)}
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
