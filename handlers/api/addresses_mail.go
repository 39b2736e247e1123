package api

import (
	"context"

	"kantoorpost/handlers/api/wire"
)

func (a *api) addWriting(ctx context.Context, list ...wire.AddressObject) error {
	for i, o := range list {
		about, err := a.Writing.Address(ctx, o.ID)
		if err != nil {
			return err
		}
		list[i].SignaturesObject, list[i].Quote = wire.SignaturesObject(about.Signatures), !about.NoQuote
	}
	return nil
}

// saveWriting stores what a patch sets for the mail of an address.
func (a *api) saveWriting(ctx context.Context, mailbox string, p addressPatch) error {
	if !p.SignaturePatch.set() && !p.Quote.set {
		return nil
	}
	about, err := a.Writing.Address(ctx, mailbox)
	if err != nil {
		return err
	}
	if about.Signatures, err = a.signaturesOf(ctx, p.SignaturePatch, about.Signatures); err != nil {
		return err
	}
	if p.Quote.set {
		about.NoQuote = !p.Quote.value
	}
	return a.Writing.PutAddress(ctx, mailbox, about)
}
