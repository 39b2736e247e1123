package solve

import (
	"context"
	"errors"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// one returns the only element of a list, or "".
func one(list []string) string {
	if len(list) != 1 {
		return ""
	}
	return list[0]
}

func (cmd *command) create(ctx context.Context) error {
	email := cmd.Email
	if email == "" {
		email = cmd.it.From.Email
	}
	email, err := cmd.address(ctx, email)
	if err != nil {
		return err
	}
	if own, err := cmd.Own(ctx, email); err != nil || own {
		if own {
			err = &Invalid{"email", "the address of the contact, not one of the office"}
		}
		return err
	}
	if strings.TrimSpace(cmd.Name) == "" {
		return &Invalid{"name", "the name of the contact"}
	}
	made := directory.Contact{Name: cmd.Name, Phone: cmd.Phone, Function: cmd.Function, Portal: cmd.Portal}
	if cmd.Portal {
		cmd.override.Client = cmd.Client // only this mail is about that client
	} else if cmd.Client != "" {
		made.Clients = []string{cmd.Client}
	}
	id, err := cmd.addAddress(ctx, email, func(tx *directory.Tx) (directory.Contact, error) {
		_, err := tx.Client(cmd.Client)
		if cmd.Client != "" && err != nil {
			return made, gone("client", cmd.Client, err)
		}
		return made, nil
	})
	if err == nil && email != cmd.it.From.Email {
		cmd.override.Contact = id // a colleague forwarded the mail
		err = cmd.learnForwarded(ctx, id)
	}
	return err
}

// address checks the address of a new contact. An address of this mail may have
// any form that mail allows; one that a person typed must have the usual form.
func (cmd *command) address(ctx context.Context, text string) (string, error) {
	received, err := directory.ReceivedAddress(text)
	if sender, errSender := directory.ReceivedAddress(cmd.it.From.Email); err == nil && errSender == nil && received == sender {
		return received, nil
	}
	typed, errTyped := directory.TypedAddress(text)
	if errTyped == nil {
		return typed, nil
	}
	var wrong *directory.Invalid
	errors.As(errTyped, &wrong)
	content, errBody := cmd.Items.Body(ctx, cmd.it)
	if errBody != nil {
		return "", errBody
	}
	f := mailtext.Read(cmd.it.BodyType, content, cmd.it.Subject).Forwarded
	if err == nil && f != nil {
		if writer, errWriter := directory.ReceivedAddress(f.From.Email); errWriter == nil && writer == received {
			return received, nil
		}
	}
	return "", &Invalid{"email", wrong.Expected}
}
