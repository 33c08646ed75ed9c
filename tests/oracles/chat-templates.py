#!/usr/bin/env python3
"""Makes tests/Inkstone.Tokenizers.Tests/Fixtures/chat-templates/: what Python's jinja2 3.1 renders in Hugging Face's environment.

    python3 tests/oracles/chat-templates.py ../shared/data [random templates, default 400] [seed]

The stored results are those of jinja2 3.1.6, and 3.1.2 (Debian) gives the same. conversations.json holds the conversations, written here; small.json small templates of our own (chat_template_cases.py) with what they
render to; real.json digests of what the published templates of the data folder render to, one for each conversation; random.json templates
put together at random, with what they render to.
"""
import copy, datetime, glob, hashlib, json, os, random, sys, warnings
import jinja2, jinja2.ext, jinja2.sandbox
sys.dont_write_bytecode = True
from chat_template_cases import CASES, CONTEXT, random_template

warnings.simplefilter('ignore')  # Python's about the code Jinja makes
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
fixtures = os.path.join(root, 'tests', 'Inkstone.Tokenizers.Tests', 'Fixtures', 'chat-templates')
data = sys.argv[1]
NOW = datetime.datetime(2024, 9, 5, 14, 7, 9)
TOKENS = {'bos_token': '<s>', 'eos_token': '</s>', 'pad_token': '<pad>', 'unk_token': '<unk>'}


class Raised(jinja2.exceptions.TemplateError):
    pass


class Generation(jinja2.ext.Extension):
    """The tag generation, as transformers' tracker of assistant masks has it."""
    tags = {'generation'}

    def __init__(self, environment):
        super().__init__(environment)
        self.texts = []

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(['name:endgeneration'], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method('note'), [], [], body).set_lineno(line)

    def note(self, caller):
        text = caller()
        self.texts.append(text)
        return text


def environment():
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise Raised(message)

    made.filters['tojson'] = tojson
    made.globals['raise_exception'] = raise_exception
    made.globals['strftime_now'] = lambda format: NOW.strftime(format)
    return made


def render(source, context):
    """('text', text, generated), ('raised', message) or ('error', message)."""
    made = environment()
    try:
        # A copy, because the filter indent changes a list.
        text = made.from_string(source).render(**copy.deepcopy(context))
        return 'text', text, made.extensions[next(k for k in made.extensions if 'Generation' in k)].texts
    except Raised as e:
        return 'raised', str(e)
    except (Exception, RecursionError) as e:
        return 'error', str(e)


def call(name, arguments, id='call00001'):
    return {'id': id, 'type': 'function', 'function': {'name': name, 'arguments': arguments}}


WEATHER = {'type': 'function', 'function': {
    'name': 'get_weather', 'description': 'Tells the weather of a place, "now" & <soon>.',
    'parameters': {'type': 'object', 'properties': {
        'place': {'type': 'string', 'description': 'City and country', 'enum': ['Paris', '北京']},
        'days': {'type': 'integer', 'description': 'How many days', 'default': 1},
        'parts': {'type': 'array', 'items': {'type': 'string'}},
        'unit': {'type': ['string', 'null']},
        'range': {'type': 'object', 'properties': {'low': {'type': 'number', 'minimum': -1.5}, 'high': {'type': 'number', 'maximum': 1e22}}, 'required': ['low']}},
        'required': ['place']},
    'return': {'type': 'string', 'description': 'A report'}}}
ADD = {'type': 'function', 'function': {'name': 'add', 'description': 'Adds two numbers', 'parameters': {
    'type': 'object', 'properties': {'a': {'type': 'number'}, 'b': {'type': 'number'}}, 'required': ['a', 'b']}}}
user = lambda text: {'role': 'user', 'content': text}
assistant = lambda text, **more: {'role': 'assistant', 'content': text, **more}
system = lambda text: {'role': 'system', 'content': text}

CONVERSATIONS = {
    'one turn': dict(messages=[user('Hello, who are you?')], add_generation_prompt=True),
    'several turns': dict(messages=[system('Be brief.\n'), user('  What is 2+2?  '), assistant('4'), user('And 3+3?\n\n'), assistant(' 6.\n'), user('Thanks')],
                          add_generation_prompt=True),
    'closed': dict(messages=[system('Be brief.'), user('Hi'), assistant('Hello!')], add_generation_prompt=False),
    'tools': dict(messages=[system('Use tools.'), user('Weather in Paris?'),
                            assistant('', tool_calls=[call('get_weather', {'place': 'Paris', 'days': 2, 'parts': ['a', 1.0, None, True, {'x': []}]})]),
                            {'role': 'tool', 'tool_call_id': 'call00001', 'name': 'get_weather', 'content': '{"sun": true, "t": 21.50}'},
                            assistant('Sunny.'), user('And the sum of 1 and 2?'),
                            assistant(None, tool_calls=[call('add', {'a': 1, 'b': 2}, 'call00002'), call('add', {'a': 1.5e300, 'b': -0.0}, 'call00003')]),
                            {'role': 'tool', 'tool_call_id': 'call00002', 'name': 'add', 'content': '3'},
                            {'role': 'tool', 'tool_call_id': 'call00003', 'name': 'add', 'content': 'much'}],
                  tools=[WEATHER, ADD], add_generation_prompt=True),
    'tools as text': dict(messages=[user('Add.'), assistant('', tool_calls=[call('add', '{"a": 1, "b": 2}')]),
                                    {'role': 'tool', 'tool_call_id': 'call00001', 'name': 'add', 'content': '3'}, assistant('Three.')],
                          tools=[ADD], add_generation_prompt=False, enable_thinking=False),
    'empty': dict(messages=[], add_generation_prompt=True),
    'unicode': dict(messages=[system('你是一个有用的助手。🤖'), user('Grüße, ΣΊΣΥΦΟΣ ß İ ǆ 𝒳 \u200b\u00a0\u3000 \t\u0001\u007f\u2028 <|im_end|> </s> \\n "quotes" \'single\''),
                              assistant('שלום 👨‍👩‍👧 e\u0301 \U0001f600 \ud800!'), user('𠮷野家')], add_generation_prompt=True, documents=[]),
    'reasoning': dict(messages=[user('Think.'), assistant('<think>\nFirst\n</think>\n\nDone.', reasoning_content='Because\n', thinking='Hmm.'), user('Again.'),
                                assistant('So.', reasoning_content='  reasons  ', reasoning='r')],
                      add_generation_prompt=True, enable_thinking=True, thinking=True, thinking_budget=600, reasoning_effort='high', functions='[{"name": "f"}]', datetime='2024-09-05'),
    'parts': dict(messages=[system([{'type': 'text', 'text': 'Look.'}]), user([{'type': 'text', 'text': 'What is '}, {'type': 'image', 'url': 'x.png'}, {'type': 'text', 'text': 'this?'}]),
                            assistant([{'type': 'text', 'text': 'A cat.'}]), user([{'type': 'text', 'text': 'Sure?'}])],
                  documents=[{'title': 'Cats', 'text': 'Cats are cats.', 'doc_id': 1}, {'title': 'Dogs', 'text': 'Not cats.', 'doc_id': 2}],
                  add_generation_prompt=True, enable_thinking=False),
    'out of turn': dict(messages=[user('One'), user('Two'), assistant('Three'), {'role': 'critic', 'content': 'Four'}], add_generation_prompt=True),
}


def digest(result):
    return result[0] + ' ' + hashlib.sha256(result[1].encode('utf-8', 'surrogatepass')).hexdigest()[:24]


def context(conversation):
    return {**TOKENS, 'messages': None, 'tools': None, 'documents': None, 'add_generation_prompt': False, **conversation}


def sources():
    for path in sorted(glob.glob(data + '/chat-templates/*.jinja')):
        yield os.path.relpath(path, data), open(path, encoding='utf-8', newline='').read()
    for path in sorted(glob.glob(data + '/tokenizers/*/tokenizer_config.json')):
        template = json.load(open(path, encoding='utf-8')).get('chat_template')
        for name, source in [('', template)] if isinstance(template, str) else [('#' + t['name'], t['template']) for t in template or []]:
            yield os.path.relpath(path, data) + name, source


def write(name, value):
    with open(os.path.join(fixtures, name), 'w', encoding='utf-8') as file:
        json.dump(value, file, ensure_ascii=True, indent=1)
        file.write('\n')


def entry(source, given):
    kind, text, *generated = render(source, context(given))
    made = {'template': source, kind: text}
    if generated and generated[0]:
        made['generated'] = ''.join(generated[0])
    return made


if __name__ == '__main__':
    print('jinja2', jinja2.__version__)
    write('conversations.json', {'now': NOW.isoformat(), 'tokens': TOKENS, 'conversations': CONVERSATIONS, 'context': CONTEXT})
    real, kinds = {}, {}
    for name, source in sources():
        results = {which: render(source, context(conversation)) for which, conversation in CONVERSATIONS.items()}
        real[name] = {which: digest(result) for which, result in results.items()}
        for result in results.values():
            kinds[result[0]] = kinds.get(result[0], 0) + 1
    write('real.json', real)
    write('small.json', [entry(source, CONTEXT) for source in CASES])
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 7)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    made = []
    while len(made) < count:
        one = entry(random_template(chance), CONTEXT)
        # Most templates made at random fail; addresses of objects differ from run to run.
        if ' at 0x' not in one.get('text', '') and ('text' in one or chance.random() < 0.1):
            made.append(one)
    write('random.json', made)
    print(len(real), 'templates', kinds, len(CASES), 'small templates')
