package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"kantoorpost/shared/access"
)

// outlookHosts are where Outlook on the web is.
// https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges
var outlookHosts = []string{
	"outlook.office365.com", "outlook.office.com", "outlook.cloud.microsoft", "outlook.office365.us", "outlook-dod.office365.us",
	"partner.outlook.cn",
}

func (a *api) registerOutlook() {
	type output struct {
		Body struct {
			WebLink string `json:"webLink" format:"uri"`
		}
	}
	op := apiTag("mails").op("get-outlook-link", http.MethodGet, "/api/mails/{mail}/outlook",
		"Get the URL at which Outlook on the web opens a mail, for who may open its mailbox there")
	op.Errors = []int{http.StatusConflict}
	handle(a, access.MailsRead, op, func(ctx context.Context, in *MailPath) (*output, error) {
		it, err := a.mailToRead(ctx, in.Mail)
		if err != nil {
			return nil, err
		}
		graph, err := a.mailbox(ctx, it)
		if err != nil {
			return nil, err
		}
		link, err := graph.WebLink(ctx, it.Mailbox, it.MessageID)
		if err != nil {
			return nil, a.mailboxProblem(err)
		}
		// The page leads people there, so it must be Outlook.
		if to, err := url.Parse(link); err != nil || to.Scheme != "https" || !slices.Contains(outlookHosts, to.Host) {
			return nil, newProblem(http.StatusConflict, "Microsoft gives no link to this mail: look for it in Outlook")
		}
		out := &output{}
		out.Body.WebLink = link
		return out, nil
	})
}
