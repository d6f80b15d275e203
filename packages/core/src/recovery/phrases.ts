import type { Effect } from "../types.js";

/** "I'd" becomes "I would": contractions count like their full forms, with either apostrophe. */
export function spelledOut(words: string): string {
  if (!words.includes("'") && !words.includes("’")) return words;
  return words.replace(contraction, (short: string, n: string, end: string, at: number) => {
    if (end === "t") return n === "" ? short : " not";
    if (end === "s") return beforeIs.test(words.slice(0, at)) ? " is" : short;
    return `${n} ${full[end] ?? end}`;
  });
}

/** Whether the words in front of a call, spelled out, say that it is an example, a plan, or something that is told of. */
export function isTalk(introduction: string, effect: Effect | undefined): boolean {
  if (introduction === "") return false;
  if (notMeant.test(introduction)) return true;
  if (sample.test(introduction) && !announced.test(introduction)) return true;
  // A sentence that has ended tells of something else: of what was run before, of what an error looks like.
  const isOver = hasEnded.test(introduction);
  const changes = effect === "write" || effect === "execute";
  if ((!isOver || changes || question.test(introduction)) && leave.test(introduction)) return true;
  if (isOver) return changes && question.test(introduction);
  if (!decided.test(introduction) && [condition, intention, forbids].some((phrase) => phrase.test(introduction)))
    return true;
  if (announced.test(introduction)) return false;
  if ([retold, opening, ending, record].some((phrase) => phrase.test(introduction))) return true;
  // Whatever else a sentence tells of: before a command only one that leads to it counts.
  return effect === "execute" && telling.test(introduction) && !leading.test(introduction);
}

const contraction = /(n?)['’](d|ll|ve|m|re|s|t)\b/g;
const full: { readonly [end: string]: string } = { d: "would", ll: "will", ve: "have", m: "am", re: "are" };
const beforeIs = /\b(?:that|this|it|here|there|what|how|who|where)$/i;

const hasEnded = /[.!?]["')*_]{0,3}\s*$/;

/** Any of these, anywhere: each begins with a word, so that one look for its beginning serves them all. */
function anywhere(...phrases: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${phrases.join("|")})`, "i");
}

/** Any of these at the head of a sentence. */
function first(...phrases: readonly string[]): RegExp {
  return new RegExp(`^[\\s#*_("'-]*(?:(?:and|but|so|then|well|only|ok(?:ay)?),? )?(?:${phrases.join("|")})`, "i");
}

/** Any of these at the end, right in front of the call. */
function last(...phrases: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${phrases.join("|")})[*_]*\\s*:?[*_]*\\s*$`, "i");
}

const act = "(?:call|use|run|write|invoke|execute|do|send|try|issue|make)";
const adverb = "(?:(?:\\w+ly|already|just|also|then|now|first|next|still) ){0,2}";
const did =
  "(?:called|ran|used|executed|invoked|made|did|wrote|sent|tried|issued|typed|posted|pasted|found|got|received|noticed|saw|spotted)";
const done = "(?:called|run|used|executed|invoked|made|done|written|sent|tried|issued|typed|posted|pasted)";
const reply = "(?:call|reply|answer|response|request|message|invocation|completion)";

const notMeant = anywhere(
  "for (?:example|instance)|e\\.g\\.|such as|format(?: is| structure)?\\s*:|(?:request|response) body\\b",
  "(?<!\\bthe )examples?(?: (?:of|call|usage|output|is|tool)| (?:of|for|how|that)\\b[^.!?:\\n]{1,80})?\\s*:",
  "(?:samples?|usage|pseudo-?code|call history)\\s*:|(?:expected|sample) (?:output|response|request|input)\\b",
  "would (?:look|be written)",
  `(?:I|we|you|one) (?:would|could|might|may|should) ${adverb}${act}\\b|(?:call|command) I would\\b`,
  `(?:should|shall|may|can|could) (?:I|we) ${adverb}${act}\\b|(?:do you want|would you like) me to\\b`,
  "(?:once|when|after|before|until) you(?:r)? (?:approv|confirm)\\w*",
);

/** These can also be what the model works on. */
const sample = anywhere(
  "syntax|templates?\\s*:|the examples?(?: (?:of|call|usage|output|is|tool))?\\s*:|examples? to\\b[^.!?:\\n]{1,80}:",
);

/** Asks for leave. */
const leave = anywhere(
  "(?:if|once|when|as soon as|unless|until|assuming|provided)(?: that)? you (?:\\w+ )?(?:agree|object|say|want|wish|like|prefer|are (?:fine|ready|okay|ok|sure))\\b",
  'if (?:nobody|no one) objects|(?:let me know|tell me) (?:if|whether|when|and)\\b|please (?:confirm|approve)\\b|say (?:so|yes|go|"\\w+") and\\b',
  "(?:with|after|without|(?:need|await|ask)(?:ing)?(?: for)?|wait(?:ing)? for|once I have) your (?:approval|permission|ok(?:ay)?|consent|confirmation)\\b",
  "(?:is|does|would) (?:this|that|it) (?:ok(?:ay)?|fine|alright|right|look|be|what)\\b|did you (?:mean|want)\\b|which (?:of|one)\\b|are you (?:fine|ok(?:ay)?|sure)\\b",
  "(?:ok(?:ay)?|fine|alright|all right)(?: with you)? (?:to|if I|if we|with)\\b",
);

const condition = first(
  "(?:if(?! ?\\()|unless|until|assuming|provided|in case|once (?!more\\b|again\\b)|as soon as|whenever|when (?:you|the|it|this|that|everything|all|an?|we are)\\b|only when)(?!.*, (?:the|this|that|it|they)\\b[^,:]* (?:will|should|must)\\b)",
  "(?:should (?:the|you|it|this|that|anything|they)|were (?:the|I|we|you|it|there|they)|(?:otherwise|else|in case of [\\w ]+|in that case),? (?:the|run|use|call|send|try|write)|(?:just )?say\\b.* and)\\b",
  "(?:later|tomorrow|afterwards|eventually|at the end|at some point|some day)\\b.*\\b(?:will|would)\\b",
);

const intention = anywhere(
  "I am (?:not (?:sure|going|allowed|able)|asking|waiting|ready)\\b|please review\\b|you to review\\b|(?:^|[.:;] )(?:do|does|did|are|were|is|was|would) (?:not )?(?:you|we|this|that|it)\\b",
  `(?<!\\bit )(?:would|could|might) ${adverb}(?:${act}|be|have|contain|emit|answer|reply|respond|put|place|say|type|add|paste|output|print|suggest|propose|recommend|go|need)\\b`,
  `(?:you|one) (?:will )?(?:can|may|must|should|need to|have to|has to|want to) ${adverb}${act}\\b|please ${adverb}${act}\\b`,
  "(?:I|we) (?:suggest|propose|recommend|had planned|wanted|hoped)\\b|I (?:am thinking|was thinking|was going|was about|am tempted|am considering)\\b",
  "(?:my|the|a|another) (?:suggestion|proposal|recommendation|idea|alternative)\\b|(?:one|another|an|the other|second|first|third) (?:option|possibility|alternative)\\b|option [a-z\\d]\\b|alternatively\\b",
  "(?:plan|idea) is to \\w+$",
  "(?:some(?:one|body)|any(?:one|body)|attackers?|they|models?|users?) (?:would|could|might|may|can)\\b",
  "(?:I|we) (?:should|could|would|might|must) have \\w+(?:ed|d|t|n|de|ll)\\b|(?:I|we) (?:planned|intend(?:ed)?|decided|meant) (?:to|against)\\b|supposed to\\b",
  "(?:instead of|rather than)[^,]*$|what (?:happens|would|if)\\b|why (?:did|do|does|is|was|are)\\b",
  `before (?:I|we|you) ${act}\\s*:?\\s*$`,
);
/** Says that it is not made, or must not be. */
const forbids = anywhere(
  `(?:never|not|cannot|nobody should|rather not|refuse to|not want to|no need to|not (?:necessary|needed|safe|wise|allowed) to|(?:dangerous|wrong|unsafe|better|risky) to) ${adverb}(?:${act}|${did}|output|emit)\\b`,
  "(?:ignore|skip|disregard) (?:this|the|these|that|any)\\b",
);
/** Weighs a condition or a plan, and does something now. */
const decided =
  /\b(?:so|but|and|now|first|therefore) (?:first )?(?:I\b|we\b|let\b)(?! would| could| might)|[;:,] *(?:let me|let us|let['’]s)\b|^let\b|\bI will go with\b/i;

const source =
  "(?:file|page|log|issue|ticket|prompt|transcript|readme|docs?|documentation|manual|spec|specification|fixture|snippet|template|test|snapshot|commit|diff|comment|script|config|section|entry|line|record|row|report|trace|journal|history|notebook|cell|gist|e-?mail|post|tweet|article|block|variable|constant|string|field|value|clipboard|database|data ?set|data|terminal|console|server|parser|program|command|tool|function|job|run|debugger|api|instructions?|response|request|reply|answer|output|input|text|message|model|assistant|agent|user|bot|somebody|someone|attacker|author|reporter|reviewer|maintainer|colleague|repository|merge|it|they|people|customers|paper|rfc|fuzzer|tokenizer|document|tutorial|regex|changelog|completion|stub|\\.\\w{1,5}\\b`?)";
const states =
  "(?:contain(?:s|ed)?|sa(?:ys?|id)|show(?:s|ed)?|reads|holds?|held|ha[sd]|includ(?:es|ed)|lists?|listed|begins?|began|starts?|started|ends?|ended|consists?|store[sd]?|record(?:s|ed)|mention(?:s|ed)?|quote[sd]?|embed(?:s|ded)?|define[sd]?|describe[sd]?|gives?|gave|tells?|told|expects|fee(?:ds|d)|passe[sd]|adds|added|print(?:s|ed)?|log(?:s|ged)|returns?|returned|produce[sd]?|emit(?:s|ted)?|generate[sd]?|output|receive[sd]?|sends?|sent|writes|wrote|post(?:s|ed)|paste[sd]?|put|suggest(?:s|ed)?|propose[sd]?|repl(?:y|ies|ied)|answer(?:s|ed)?|respond(?:s|ed)?|typed|tried|choke[sd]?|used|documents|sees?|covers?|came up with|caused|keeps|becomes|fail(?:s|ed) on|accepts?|rejects?|is set to|has been changed to)";

const retold = anywhere(
  "looks? (?:like|as follows)|as follows|(?:imagine|suppose)\\b|attacker|injected\\b|injection\\b|malicious\\b",
  `${source}s?(?:'s|’s)?,?(?: [^\\s.!?]+){0,4}? ${states}\\b`,
  `(?:I|we) (?:have|had) ${adverb}${done}\\b|(?:I|we) (?:have )?${adverb}${did}\\b|what (?:I|we|you) (?:have )?${adverb}(?:${did}|${done})\\b`,
  `(?:I|we) ${adverb}(?:(?!need)\\w+ed|began|went)\\b|one of the ${reply}s?\\b|notation\\b|screenshot\\b|hypothetical\\b|equivalent\\b|(?:written|expressed) (?:as|like)\\b`,
  "(?:tool|function|command)(?:'s|’s)? (?:output|result|response|log|call history)\\b|(?:previous(?:ly)?|earlier|yesterday|so far)\\b",
  `you (?:\\w+ )?(?:wrote|sent|pasted|posted|said|quoted|typed|asked (?:what|why|how|about|whether))\\b|user asks (?:what|why|how|about|whether)\\b`,
  "(?:(?<!\\bas I )said|wrote|replied|posted|pasted|quoted|typed|claim(?:s|ed)|answered with)\\b|(?:they|he|she) \\w+(?:ed|t|d)\\b",
  "(?:quote|quoting|according to|in the words of|as the \\w+ (?:put|said|wrote))\\b",
  `${reply}s? (?:that|I|we) (?:\\w+ )?(?:${did}|was|worked|failed)\\b|steps? (?:taken|I took)\\b`,
  "(?:model|assistant|agent|user|bot|parser)s? (?:\\w+ ){0,2}(?:called|ran)\\b|there (?:is|are) (?:this|the following|an? [\\w ]*(?:call|block|line|entry))\\b|what is (?:in|on|at)\\b",
  "(?:copied|quoted|noticed|spotted|saw|seen) .*(?:this|line|text|call|entry|block)\\b|illustrat\\w+|for (?:reference|comparison)\\b|assume that\\b|given (?:this|the) (?:\\w+ )?(?:reply|answer|text|line|input|output|response)\\b",
  "(?:to reproduce|the following (?:\\w+ )?(?:is|was|were|appears|line|text))\\b|kind of\\b|(?:should|must|has to|would) (?:match|find|parse|read as|accept)\\b",
  `${source}s? (?:ask(?:s|ed)|instruct(?:s|ed)|tells?|told|trick(?:s|ed)?|wants?|ha[sd]) (?:the|an?|you|any|its) \\w+ (?:to )?\\w+`,
  "(?:reply|answer|response|request|message|text|line|entry) (?:that|which|we|you|they)\\b|(?:this|that|here) is how\\b|(?:prompt|page|issue|text|file|instructions?) asks? for\\b|test case\\b",
  "you (?:can )?see\\b|(?:gave|gives) (?:me|us|you)\\b|question (?:is|was)\\b|examples? (?:is|was|are)\\b|by (?:writing|sending|calling|answering)\\b",
  `(?:${reply}|model|prompt|output)s? (?:should|must|has to|have to|needs? to)\\b`,
  "(?:models|agents|assistants|parsers) (?:\\w+ ){0,6}(?:write|emit|answer|reply|respond|send|print|output)\\b|model is expected\\b",
  "how (?:to|you|one|we|I|it|an?|the|models?)\\b|in (?:this|that|the following|such an?) (?:shape|form|format|style|syntax|structure|way)\\b",
  "(?:has|have|of|in) (?:this|that|the|the following) (?:shape|form|format|structure|syntax)\\b|snippet\\b|excerpt\\b|skeleton\\b|placeholders?\\b|boilerplate\\b|dummy\\b|mock\\b",
  "template\\b",
);
/** What a sentence is about that begins so. */
const opening = first(
  `(?:an?|one|each|every|any|such an?|some|most) (?:[\\w-]+ )?(?:tool |function )?(?:call|reply|answer|response|invocation|completion)s?\\b(?! (?:to|for) the)`,
  `(?:(?:tool |function )?calls|replies|answers|requests)\\b(?! the)|(?:the )?(?:general|generic|usual|typical|equivalent|correct|right|valid) (?:form|pattern|way|shape|structure|${reply}|in)\\b|the (?:shape|structure|form|pattern|syntax|schema)\\b`,
  "(?:usage|examples?|templates?|samples?|syntax)(?: \\w+){0,2}[*_]*$|compare\\b|something like\\b|(?:received|expected|actual|got)\\s*:?$|in (?:json|xml|yaml|the \\w+ format),? (?:that|this|it|the)\\b|summary\\b|history\\b|report\\b|actions taken\\b|what happened\\b|(?:test )?input\\b|before\\s*:|after\\s*:|done\\b|stdout|stderr|quote\\b",
  "(?:wrapped|written|translated|converted|expressed|executed|completed|proposed|suggested|recommended|pending|planned|already|not yet|to be|to-?do|draft|typically|usually|normally|in (?:theory|principle|practice|general)|maybe|perhaps|possibly|how about|for your (?:review|approval|information)|what (?:the|it|they|he|she|an?))\\b",
  "an? (?:[\\w-]+ ){0,2}(?:variant|version|draft|way|form)\\b|the (?:xml|json|yaml) (?:variant|version|form)\\b",
  "(?:copy|paste|put|replace|fill in|reuse|adapt) (?:this|the|your|it|these|\\w+ with)\\b|add (?:this|the following|these)\\b|use (?:this|the following) template",
  "(?:(?:to|for|in) .*, |you |then )?(?:you )?(?:write|type|answer with|reply with)\\s*:",
);
/** The head of a line of a log, of a search, of a conversation. */
const record =
  /^\s*(?:[[(]?\d{4}-\d\d-\d\d[T ]|[[(]?\d\d:\d\d:\d\d|\[?(?:INFO|DEBUG|WARN(?:ING)?|ERROR|TRACE)\b|[^\s:]+\.\w{1,5}:\d+|[^\s:]+\.\w{1,5}, line \d+|(?:[Uu]ser|[Hh]uman)\s*:)/;
const ending = last(
  "(?:was|were)(?: \\w+ed)?|(?:was|were) (?:the|my|our|these|those) \\w+|in full",
  `(?:was|were|been) (?:\\w+ )?(?:${done}|\\w+ed)(?: (?:with|by))?`,
  "(?:stdout|stderr|logs?|excerpt|transcript|quote|summary|trace|snapshot|(?:actual|raw|debug|grep|git|console|terminal|desired|failing|received|\\w+ed|\\w+ing|full|original|first|last|whole) (?:outputs?|inputs?|results?|repl(?:y|ies)|responses?))(?: (?:in|from|at) \\S+)?(?: is| are| was)?",
  "(?:the|this|that|one) (?:\\w+ ){0,3}(?:file|constant|variable|record|line|entry|output|log|text|transcript|template|string|value|field|input|fixture|message) (?:[^\\s,]+ ){0,5}is(?: just| only)?(?: an?)?|with the (?:text|string)",
  "(?:output|contents?|lines?|text|transcript|log|excerpt|history) of (?:\\S+ ){0,5}?\\S+",
  "(?:like (?:this|so|that))",
);
/** The model does something now; what it is about to show or to quote is no deed. */
const announced = new RegExp(
  [
    "\\b(?:I|we) (?:will|(?:am|are) (?:now )?going to|would like to|am (?!quot|show|tell|ask|wait|think|consider)\\w+ing|(?:now |first |then |also |still |only )?(?:need|want|must|have to)|(?:now|first|then|next|therefore) \\w+|should|can|write|run|read|look|check|fix|try|call|use|create|open|edit|start|change|add|update|search|see (?:the|that|what|it)|think|believe|would better)\\b(?! (?:show|tell|quote|explain|describe|summari[sz]e|give|present))",
    "\\blet (?:me|us)(?! (?:show|tell|quote|explain|describe|summari[sz]e|give|present))|\\blet['’]s|\\bso (?:now )?I\\b|\\bhere goes|\\bnext step is to\\b",
    "[;,] (?:(?!according|depending|including)\\w+ing|so (?:it|the|this|here|install|run)|here (?:is|are)|now|the fix)\\b|^this (?:will|should)|\\btime to\\b",
    "^[\\s#*_-]*(?:[\\d.]+ ?[*_]*)?(?!quoting|according|something|nothing|anything|everything|during)\\w+ing\\b",
    "^[\\s#*_-]*(?:[\\d.]+ ?[*_]*)?(?:check|run|read|update|create|write(?!\\s*:)|fix|add|search|verify|install|open|list|test(?! (?:input|case))|execute|build|find|get)\\b(?! (?:this|these|(?:the )?following)\\b)",
  ].join("|"),
  "i",
);

/** A sentence of a kind that could tell of anything; what is written in another language is none. */
const telling =
  /^(?=\s*(?:\S+\s+){3}).*\b(?:the|an?|this|that|these|those|they|he|she|it|you|is|are|was|were|does|did|what|which|why|how)\b/i;
/** Leads to what is done next. */
const leading = first(
  "(?:now|next|first|then|finally|lastly|again|once more|one (?:more|last|moment)|time|here (?:is|are|goes|we)|sure|ok(?:ay)?|yes|no problem|great|good|right|as (?:you|requested)|for this|step|task|action|thought|calling|wait|hold on|just a|and|but|so|my next|in order to|since|because|to)\\b",
  "same|function call|tool call|my (?:first|next)|your (?:request|task)|(?:the|this|that) (?:\\w+ ){0,2}(?:tool|function|command|call|fix|step|one|file|directory|test|script)s?\\b(?! that\\b)(?!.*\\b(?:who|which|was|were|from)\\b)",
  "(?:the user|you) (?:asked (?:me|for)|wants?|is asking|needs?|mentioned)\\b|if\\b|here it is",
  "(?:this|that|it|there) (?:is|will|should|requires?|needs?|means|worked|failed)\\b",
);
const question = /\?["')*_]{0,3}\s*$/;
