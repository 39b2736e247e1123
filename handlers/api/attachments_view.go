package api

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/shared/access"
	"kantoorpost/shared/mail"
)

// viewPaths are the last parts of the paths at which a browser shows a file: a picture, or
// a PDF in its own viewer. Each serves nothing else.
const (
	viewPicture = "picture"
	viewPDF     = "pdf"
)

// viewOf says at which path a browser may show an attachment, "" for none. A dangerous file
// is only saved.
func viewOf(at mail.Attachment) string {
	media, _, _ := strings.Cut(strings.ToLower(at.ContentType), ";")
	switch {
	case at.Kind != mail.AttachedFile || isDangerous(at):
		return ""
	case shownType(at.ContentType) != "application/octet-stream":
		return viewPicture
	case strings.TrimSpace(media) == "application/pdf" || strings.HasSuffix(strings.ToLower(fileName(at)), ".pdf"):
		return viewPDF
	}
	return ""
}

// pdfPolicy lets the viewer of the browser show a PDF, which loads nothing from elsewhere,
// on a page of ours.
const pdfPolicy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"

// picturePolicy is attachmentPolicy for a picture on a page of ours.
const picturePolicy = "sandbox; default-src 'none'; frame-ancestors 'self'"

// errNoPDF means that a file which says that it is a PDF does not begin like one.
var errNoPDF = errors.New("the file is no PDF: save it to look at it")

// pdfMark is how a PDF begins.
var pdfMark = []byte("%PDF-")

// A pdfBody is a response that begins when the file has shown that it is a PDF.
type pdfBody struct {
	*attachmentBody
	head []byte
}

func (b *pdfBody) Write(p []byte) (int, error) {
	if b.begun {
		return b.attachmentBody.Write(p)
	}
	b.head = append(b.head, p...)
	if len(b.head) < len(pdfMark) {
		return len(p), nil
	}
	if !bytes.HasPrefix(b.head, pdfMark) {
		return 0, errNoPDF
	}
	_, err := b.attachmentBody.Write(b.head)
	return len(p), err
}

func (a *api) registerAttachmentViews() {
	const at = "/api/mails/{mail}/attachments"
	view := func(id, part, summary, contentType string) {
		op := apiTag("mails").op(id, http.MethodGet, at+"/{attachment}/"+part, summary)
		op.Errors, op.Responses = []int{http.StatusConflict, http.StatusUnsupportedMediaType}, content("The content", contentType)
		handle(a, access.MailsRead, op, func(ctx context.Context, in *MailAttachmentPath) (*huma.StreamResponse, error) {
			source, file, err := a.attachment(ctx, in.Mail, in.Attachment)
			if err != nil {
				return nil, err
			}
			if viewOf(file) != part {
				return nil, newProblem(http.StatusUnsupportedMediaType, "this file is not shown here: save it to look at it")
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) { a.streamView(hc, source, file, part) }}, nil
		})
	}
	view("view-picture", viewPicture, "Get an attached picture, to be shown", "image/png")
	view("view-pdf", viewPDF, "Get an attached PDF, to be shown by the browser's own viewer", "application/pdf")
	all := apiTag("mails").op("get-attachments", http.MethodGet, at+".zip", "Get all files that came with a mail, in one")
	all.Errors, all.Responses = []int{http.StatusConflict}, content("The files", "application/zip")
	handle(a, access.MailsRead, all, func(ctx context.Context, in *MailPath) (*huma.StreamResponse, error) {
		source, err := a.attachmentSource(ctx, in.Mail)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { a.streamZip(hc, source) }}, nil
	})
}

// streamView passes on a file to be shown, while it is received.
func (a *api) streamView(hc huma.Context, source *attachmentSource, file mail.Attachment, part string) {
	r, w := humago.Unwrap(hc)
	body := &attachmentBody{w: withWriteDeadline(w), attachment: file, inline: true, policy: picturePolicy}
	if part == viewPicture {
		a.stream(hc, source, body)
		return
	}
	body.contentType, body.policy = "application/pdf", pdfPolicy
	pdf := &pdfBody{attachmentBody: body}
	err := source.graph.Attachment(r.Context(), source.mail.Mailbox, source.mail.MessageID, file.ID, pdf)
	if errors.Is(err, errNoPDF) || err == nil && !body.begun {
		writeProblem(body.w, newProblem(http.StatusUnsupportedMediaType, errNoPDF.Error()))
		return
	}
	a.ended(r.Context(), source, body, err)
}

// streamZip passes on all files of a mail while they are received, one after another. When
// one fails the connection is closed: a part must not look like all of it.
func (a *api) streamZip(hc huma.Context, source *attachmentSource) {
	r, w := humago.Unwrap(hc)
	out := withWriteDeadline(w)
	h := out.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", disposition("attachment", fileName(mail.Attachment{Name: source.mail.Subject + ".zip"})))
	archive, taken := zip.NewWriter(out), map[string]bool{}
	for _, at := range source.attachments {
		if at.Kind == mail.AttachedLink {
			continue
		}
		// What people attach is compressed already.
		entry, err := archive.CreateHeader(
			&zip.FileHeader{Name: freeName(fileName(at), taken), Method: zip.Store, Modified: source.mail.Received})
		if err == nil {
			err = source.graph.Attachment(r.Context(), source.mail.Mailbox, source.mail.MessageID, at.ID, entry)
		}
		if err != nil {
			slog.WarnContext(r.Context(), "the files of a mail ended too early", "mail", source.mail.ID, "error", err)
			panic(http.ErrAbortHandler)
		}
	}
	if err := archive.Close(); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// freeName is the name of a file, with a number when another file has it.
func freeName(name string, taken map[string]bool) string {
	free, end := name, path.Ext(name)
	for n := 2; taken[strings.ToLower(free)]; n++ {
		free = strings.TrimSuffix(name, end) + " (" + strconv.Itoa(n) + ")" + end
	}
	taken[strings.ToLower(free)] = true
	return free
}
