package connector

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// LimitedTries is how many mailboxes CheckLimits tries at most.
const LimitedTries = 5

// Limits is the result of CheckLimits.
type Limits struct {
	Limited *bool   // nil: unknown, no mailbox could tell
	Problem string  // code for Advice, "" when the app is limited
	Tried   []Tried // in the order in which they were tried
}

// Tried is a mailbox that is not activated, and whether the app can read it.
type Tried struct {
	ID, Address string
	Readable    *bool  // nil: unknown, the mailbox has no licence
	Problem     string // Graph's answer, as a state of a mailbox
}

// Problems of Limits, for Advice.
const (
	LimitsNone    = "limits:none"    // another mailbox can be read
	LimitsUnknown = "limits:unknown" // there is no other mailbox that could tell
)

// CheckLimits checks whether Exchange refuses the app in mailboxes that nobody
// activated: with RBAC for Applications it should. It asks a few of them, or
// the one with the given address, for the id of the inbox and no content, until
// one can be read, and records in the audit who did so. An activated address is
// an Invalid.
// https://learn.microsoft.com/exchange/permissions-exo/application-rbac
func (s *Store) CheckLimits(ctx context.Context, id, address string) (Limits, error) {
	c, err := s.Connector(ctx, id)
	if err != nil {
		return Limits{}, err
	}
	// A token has the consents of the time when it was made, so a fresh one is
	// needed.
	k, _, err := s.fresh(ctx, c)
	if err != nil {
		return Limits{}, fmt.Errorf("token of %s: %w", c.Name, &OutsideError{err})
	}
	s.keep(id, k)
	others, err := s.others(ctx, id, strings.ToLower(strings.TrimSpace(address)))
	if err != nil {
		return Limits{}, err
	}
	out := Limits{Problem: LimitsUnknown}
	for _, b := range others {
		b.Readable, b.Problem = s.reach(k.graph.CheckInbox(ctx, b.ID))
		if err := ctx.Err(); err != nil {
			return Limits{}, err
		}
		out.Tried = append(out.Tried, b)
		if b.Readable == nil {
			continue
		}
		limited := !*b.Readable
		out.Limited = &limited
		if out.Problem = ""; !limited {
			out.Problem = LimitsNone
			break
		}
	}
	if err := s.o.Configuration.Write(ctx,
		done(ctx, "connector.check-limits", "connector "+id, map[string]string{"tried": addresses(out.Tried)})); err != nil {
		return Limits{}, fmt.Errorf("audit of the look at other mailboxes: %w", err)
	}
	return out, nil
}

// reach says what Graph's answer about an inbox means: it can be read, it is
// refused, or it is unknown.
func (s *Store) reach(err error) (readable *bool, problem string) {
	yes, no := true, false
	if err == nil {
		return &yes, ""
	}
	problem, _ = MailboxState(err)
	if problem == MailboxForbidden {
		return &no, problem
	}
	return nil, problem
}

// others returns mailboxes that are not activated, at most LimitedTries.
func (s *Store) others(ctx context.Context, id, address string) (others []Tried, err error) {
	if address != "" {
		if !plausible(address) {
			return nil, Invalid{{"address", "address", "the e-mail address of a mailbox"}}
		}
		box, err := s.resolve(ctx, id, address)
		if err != nil {
			return nil, err
		}
		known, err := s.Load(ctx, []string{box.ID})
		if err != nil {
			return nil, err
		}
		if len(known) > 0 && known[0].Active {
			return nil, Invalid{{"address", "address-activated", "a mailbox that is not activated"}}
		}
		return []Tried{{ID: box.ID, Address: box.Address}}, nil
	}
	for after, pages := "", 0; pages < 3; pages++ {
		page, next, err := s.Mailboxes(ctx, id, "", after)
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			if !b.Activated && len(others) < LimitedTries {
				others = append(others, Tried{ID: b.ID, Address: b.Address})
			}
		}
		if after = next; after == "" || len(others) == LimitedTries {
			break
		}
	}
	return others, nil
}

func addresses(tried []Tried) string {
	var all []string
	for _, t := range tried {
		all = append(all, t.Address)
	}
	return strings.Join(all, " ")
}

// limitRoles are the mail permissions as roles of Exchange. Exchange has no
// role for listing users: that permission stays in Entra.
// https://learn.microsoft.com/exchange/permissions-exo/application-rbac#supported-application-roles
var limitRoles = []string{"Application " + MailReadWrite, "Application " + SettingsReadWrite, "Application " + MailSend}

// LimitScript returns the PowerShell script that limits the app of a connector
// to its activated mailboxes, and those mailboxes. After another address is
// activated it is run again: then it only changes the scope.
func (s *Store) LimitScript(ctx context.Context, id string) (script string, limitedTo []string, err error) {
	c, err := s.Connector(ctx, id)
	if err != nil {
		return "", nil, err
	}
	boxes, err := s.activeOf(ctx, id)
	if err != nil {
		return "", nil, err
	}
	for _, b := range boxes {
		limitedTo = append(limitedTo, b.Address)
	}
	slices.Sort(limitedTo)
	return limitScript(c, limitedTo), limitedTo, nil
}

func limitScript(c Connector, addresses []string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("#requires -Modules ExchangeOnlineManagement, Microsoft.Graph.Applications")
	line("$appId = %s", quoted(c.ClientID))
	line("$name = %s", quoted("Kantoorpost "+c.ClientID[:8]))
	line("$addresses = @(")
	for _, a := range addresses {
		line("  %s", quoted(a))
	}
	line(")")
	line("if ($addresses.Count -eq 0) { throw 'No address is activated.' }")
	line("")
	line("Connect-MgGraph -TenantId %s -Scopes 'Application.Read.All' -NoWelcome", quoted(c.Tenant))
	line("$app = Get-MgServicePrincipal -Filter \"appId eq '$appId'\"")
	line("if (-not $app) { throw \"The tenant has no enterprise application with client id $appId.\" }")
	line("Connect-ExchangeOnline -ShowBanner:$false")
	line("")
	line("if (-not (Get-ServicePrincipal | Where-Object AppId -eq $appId)) {")
	line("  New-ServicePrincipal -AppId $appId -ObjectId $app.Id -DisplayName $name")
	line("}")
	line("$filter = ($addresses | ForEach-Object { \"PrimarySmtpAddress -eq '\" + $_.Replace(\"'\", \"''\") + \"'\" }) -join ' -or '")
	line("if (Get-ManagementScope | Where-Object Name -eq $name) {")
	line("  Set-ManagementScope -Identity $name -RecipientRestrictionFilter $filter")
	line("} else {")
	line("  New-ManagementScope -Name $name -RecipientRestrictionFilter $filter")
	line("}")
	for _, role := range limitRoles {
		line("if (-not (Get-ManagementRoleAssignment | Where-Object Name -eq \"$name %s\")) {", strings.TrimPrefix(role, "Application "))
		line("  New-ManagementRoleAssignment -Name \"$name %s\" -App $app.Id -Role %s -CustomResourceScope $name",
			strings.TrimPrefix(role, "Application "), quoted(role))
		line("}")
	}
	line("")
	line("$addresses | ForEach-Object { Test-ServicePrincipalAuthorization -Identity $app.Id -Resource $_ } | Format-Table RoleName, " +
		"AllowedResourceScope, InScope")
	return b.String()
}

// quoted returns a text as a literal of PowerShell, which reads typographic
// quotes as the plain one.
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
func quoted(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	return "'" + b.String() + "'"
}
