import { trainsPrompt, type MethodConfig, type MethodConfigOf, type RecipeInput } from '../../protocol/recipe.js';

type Written = NonNullable<RecipeInput['method']>;

/** A method's fields as a recipe writes them: without those that would say nothing. */
export function writtenMethod(config: MethodConfig): Written {
  if (!trainsPrompt(config)) return config;
  const { prompt_tuning_init_text: text, prompt_tuning_init_file: file, ...fields } = config;
  const { prompt_tuning_init: initialisation } = config;
  const hasText = initialisation === 'text' || initialisation === 'TEXT' || initialisation === 'activations';
  return {
    ...(fields.peft_type === 'PREFIX_TUNING' ? writtenPrefix(fields) : fields),
    ...(hasText && text !== undefined && { prompt_tuning_init_text: text }),
    ...(initialisation === 'file' && file !== undefined && { prompt_tuning_init_file: file }),
  };
}

/** Without a projection nothing is said of its network, and of where it stands what is chosen. */
function writtenPrefix(config: MethodConfigOf<'PREFIX_TUNING'>): Written {
  const { peft_type, num_virtual_tokens, prefix_projection, encoder_hidden_size, prefix_embedding } = config;
  const { peft_layer_sharing, prefix_attention, prompt_tuning_init } = config;
  return {
    peft_type,
    num_virtual_tokens,
    ...(prefix_projection && {
      prefix_projection,
      encoder_hidden_size,
      ...(prefix_embedding !== 'token_dim' && { prefix_embedding }),
    }),
    ...(peft_layer_sharing !== undefined && { peft_layer_sharing }),
    ...(prefix_attention && { prefix_attention }),
    prompt_tuning_init,
  };
}
