package web

// This is the standard html/template without method calls. A template that can
// call any method by its name makes the linker keep every exported method of the
// program: with the Graph SDK that is 27 MB. Use the standard package again when
// it can do without: https://github.com/golang/go/issues/72895.
// https://github.com/DataDog/datadog-agent/tree/main/pkg/template
import template "github.com/DataDog/datadog-agent/pkg/template/html"

// viewFunctions are the methods that pages need. Templates read fields and call
// functions, since they cannot call methods.
var viewFunctions = template.FuncMap{
	// of several views
	"who":        hasWho.who,
	"lastDay":    message.lastDay,
	"recipients": hasRecipients.recipients,
	"first":      recipients.first,
	"rest":       recipients.others,
	"remote":     remote,
	"firstLine":  firstLine,
	"plain":      plain,
	"list":       hasList.list,
	"query":      hasQuery.query,
	"level":      hasLevel.level,
	"days":       hasDays.days,
	"isFiltered": hasFilter.isFiltered,
	"ready":      hasReady.ready,
	"path":       hasPath.path,
	"nameOf":     hasNameOf.nameOf,
	"isOpen":     hasIsOpen.isOpen,

	// of fields for dates
	"dateField":    newDateField,
	"requiredDate": requiredDate,
	"withTime":     withTime,
	"shown":        dateField.shown,

	// of files
	"isPDF":  isPDF,
	"length": length,

	// of teamwork
	"mine":    planView.mine,
	"away":    planView.away,
	"looking": hasLooking.looking,
	"waits":   filter.waits,

	// of a refusal
	"field": (*Problem).field,
	"whole": (*Problem).whole,

	// of the flash
	"isWarning": (*flash).isWarning,
	"isReply":   (*flash).isReply,
	"isClosed":  (*flash).isClosed,

	// of mails
	"box":          mailObject.box,
	"doubtful":     openMail.doubtful,
	"inOutlook":    openMail.inOutlook,
	"warnsOfFraud": openMail.warnsOfFraud,
	"number":       number,
	"groups":       (*mailsView).groups,
	"rowOf":        rowOf,
	"can":          openMail.can,
	"best":         openMail.best,
	"others":       openMail.others,
	"likely":       suggestion.likely,
	"isEmphasised": suggestion.isEmphasised,
	"effect":       suggestion.effect,
	"whom":         suggestion.whom,

	// of chats
	"size":        message.size,
	"reason":      reason,
	"updatesPath": hasUpdatesPath.updatesPath,
	"version":     hasUpdatesPath.version,

	"lookingAt": openChat.lookingAt,
	"lookingIs": openChat.lookingIs,
	"mentionAt": openChat.mentionAt,

	// of messages and replies
	"isMail":      message.isMail,
	"isOut":       message.isOut,
	"to":          message.to,
	"at":          replyObject.at,
	"undelivered": replyObject.undelivered,
	"delayed":     replyObject.delayed,
	"moves":       replyObject.moves,

	// of the form below a chat
	"isNote":         composer.isNote,
	"goesAlong":      composer.goesAlong,
	"rich":           composer.rich,
	"richOf":         richOf,
	"signatureField": signatureField,
	"writeTo":        composer.writeTo,
	"label":          label,
	"value":          value,
	"displayName":    displayName,
	"lineOf":         lineOf,

	// of learned rules
	"share":     learnedSpan.share,
	"now":       learningView.now,
	"weigh":     weigh,
	"does":      does,
	"always":    always,
	"canSwitch": hasCanSwitch.canSwitch,
	"canUndo":   hasCanUndo.canUndo,

	// of the directory
	"line":  entry.line,
	"input": (*openEntry).input,

	// of the audit and of health
	"kind":      auditEntry.kind,
	"link":      auditEntry.link,
	"late":      (*healthReport).late,
	"attention": (*healthReport).attention,
	"silent":    (*healthReport).silent,
	"paused":    (*healthReport).paused,

	// of connectors and their addresses
	"permissions": permissions,
	"proof":       proof,
	"begun":       settingsView.begun,
	"known":       guide.known,
	"script":      guide.script,
	"lags":        func() []int { return []int{5, 10, 20, 40} },
	"credentials": func() []string { return credentials },
	"commands":    guide.commands,
	"ends":        connectorObject.ends,
	"expired":     connectorObject.expired,
	"expiry":      connectorObject.expiry,
	"active":      addressList.active,
	"activate":    connectorView.activate,
	"mistakeIn":   connectorView.mistakeIn,
	"mistake":     addressView.mistake,
	"joiners":     addressView.joiners,
	"condition":   addressObject.condition,
}

// Shared by several views.
type (
	hasWho         interface{ who() string }
	hasRecipients  interface{ recipients() recipients }
	hasList        interface{ list() string }
	hasQuery       interface{ query() string }
	hasLevel       interface{ level() string }
	hasDays        interface{ days() int }
	hasFilter      interface{ isFiltered() bool }
	hasReady       interface{ ready() bool }
	hasPath        interface{ path(string) string }
	hasNameOf      interface{ nameOf(string) string }
	hasIsOpen      interface{ isOpen(string) bool }
	hasCanSwitch   interface{ canSwitch() bool }
	hasCanUndo     interface{ canUndo() bool }
	hasUpdatesPath interface {
		updatesPath() string
		version() string
	}
	hasLooking interface{ looking() string }
)
