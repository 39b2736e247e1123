package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/outbox"
)

const (
	// maxSignaturePictures is how large the pictures of a signature are together, in bytes:
	// they go along with every mail.
	maxSignaturePictures = 300_000
	// signatureOwner owns the pictures of signatures: each is a copy, which its maker cannot
	// delete and whoever sends mail may see. It is kept as long as a signature shows it or a
	// reply has it, and otherwise for uploadAge.
	signatureOwner = "signatures"
)

// SignaturePatch changes signatures.
type SignaturePatch struct {
	Signature   field[string] `json:"signature,omitzero" doc:"HTML; null for none; pictures: src=\"cid:\" and an upload, 300 kB in all"`
	SignatureEN field[string] `json:"signatureEn,omitzero" doc:"the same of mail in English"`
}

func (p SignaturePatch) set() bool { return p.Signature.set || p.SignatureEN.set }

// signaturesOf are signatures as a patch changes them.
func (a *api) signaturesOf(ctx context.Context, p SignaturePatch, was compose.Signatures) (now compose.Signatures, err error) {
	now = was
	for _, s := range []struct {
		in  field[string]
		out *string
	}{{p.Signature, &now.Signature}, {p.SignatureEN, &now.SignatureEN}} {
		if s.in.set {
			if *s.out, err = a.signatureOf(ctx, s.in); err != nil {
				return was, err
			}
		}
	}
	return now, nil
}

// signatureOf is a signature as safe HTML, with copies of the pictures that the caller
// uploaded for it; "" for none.
func (a *api) signatureOf(ctx context.Context, in field[string]) (string, error) {
	if in.null {
		return "", nil
	}
	if !validText(in.value) || len(in.value) > compose.MaxSignature {
		return "", invalid("body.signature", "HTML of at most 20,000 bytes")
	}
	html := safeReply(in.value)
	if tooDeep(html) {
		return "", invalid("body.signature", "HTML with elements in one another at most 256 deep")
	}
	pictures, size := map[string]*blob.File{}, int64(0)
	for _, id := range compose.Pictures(html) {
		f, err := a.upload(ctx, id)
		if errors.Is(err, blob.ErrNotFound) {
			return "", invalid("body.signature", "pictures that you uploaded; "+id+" is none, or is no longer there")
		}
		if err != nil {
			return "", err
		}
		pictures[id] = f
		if size += f.Size(); size > maxSignaturePictures {
			return "", invalid("body.signature", "pictures of at most 300 kB together: they go along with every mail")
		}
	}
	for id, f := range pictures {
		if f.Owner == signatureOwner {
			if err := a.Uploads.Keep(ctx, id, time.Now().Add(uploadAge)); err != nil { // until this one shows it
				return "", err
			}
			continue
		}
		copied, err := a.copyForSignature(ctx, f)
		if err != nil {
			return "", err
		}
		html = strings.ReplaceAll(html, "cid:"+id, "cid:"+copied)
	}
	return html, nil
}

// copyForSignature copies a picture, whose type is what its content says.
func (a *api) copyForSignature(ctx context.Context, f *blob.File) (id string, err error) {
	start := make([]byte, 512)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return "", err
	}
	kind := http.DetectContentType(start[:n])
	if !slices.Contains([]string{"image/png", "image/jpeg", "image/gif"}, kind) {
		return "", invalid("body.signature", "pictures in PNG, JPEG or GIF, which all mail programs show")
	}
	id = ids.Random()
	about := blob.Info{Owner: signatureOwner, Name: f.Name, ContentType: kind, Until: time.Now().Add(uploadAge)}
	if _, err := a.Uploads.Put(ctx, id, about, io.NewSectionReader(f, 0, f.Size()), maxSignaturePictures); err != nil {
		return "", fmt.Errorf("keep the picture of a signature: %w", err)
	}
	return id, nil
}

// sign adds the signature of its author and of its address to a reply. A picture that is
// gone is left out.
func (a *api) sign(ctx context.Context, r *outbox.Reply, ofAddress compose.Signatures) error {
	own, err := a.Writing.Member(ctx, r.Author)
	if err != nil {
		return err
	}
	r.Signature = own.Above(ofAddress).In(mailhtml.Language(r.Language))
	for _, id := range compose.Pictures(r.Signature) {
		f, err := a.Uploads.Open(ctx, id)
		if errors.Is(err, blob.ErrNotFound) {
			r.Signature = regexp.MustCompile(`<img[^>]* src="cid:`+id+`"[^>]*>`).ReplaceAllString(r.Signature, "")
			continue
		}
		if err != nil {
			return err
		}
		if until := r.LeavesAt.Add(keptAfter); f.Until.Before(until.Add(-uploadAge)) { // not with every reply
			if err := a.Uploads.Keep(ctx, id, until); err != nil {
				return err
			}
		}
		r.Pictures = append(r.Pictures, outbox.Attachment{Upload: id, Name: f.Name, ContentType: f.ContentType, Size: f.Size(), Inline: true})
	}
	return nil
}
